using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Embark.Planning;

/// <summary>What is installed on a VM, as <c>manifest.json</c> there says it; written last, so that it vouches for the rest.</summary>
public sealed record Manifest
{
    /// <summary>The WorkloadEntry, <c>namespace/name</c>.</summary>
    public required string WorkloadEntry { get; init; }

    /// <summary>Which cluster it is in: the uid of the control plane's namespace; null where it could not be read.</summary>
    public string? Cluster { get; init; }

    /// <summary>resourceVersion of the WorkloadEntry that was applied.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary><c>modern</c> or <c>tetrate</c>.</summary>
    public required string Profile { get; init; }

    /// <summary>Hash of the plan; with <see cref="Placeholder.Plan"/> where the plan was made without facts.</summary>
    public required string Plan { get; init; }

    /// <summary>Version of Embark that applied it; filled in on delivery.</summary>
    public string? Version { get; init; }

    /// <summary>When it was applied; filled in on delivery.</summary>
    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>Who applied it, <c>user@machine</c>; filled in on delivery.</summary>
    public string? AppliedBy { get; init; }

    /// <summary>Image as configured.</summary>
    public string? Image { get; init; }

    /// <summary>What it ran as, <c>repository@sha256:…</c> or an image id; filled in on delivery.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>The token: its hash and its time; filled in on delivery, carried over where it was kept.</summary>
    public ManifestToken? Token { get; init; }

    /// <summary>Files, without tokens and without this one.</summary>
    public required IReadOnlyList<ManifestFile> Files { get; init; }

    /// <summary>JSON text, ending with a line end.</summary>
    public string Write() => JsonSerializer.Serialize(this, ManifestJson.Readable.Manifest) + "\n";

    /// <summary>Null when the text is no manifest: then nothing on the VM is vouched for.</summary>
    public static Manifest? Read(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        try
        {
            return JsonSerializer.Deserialize(text, ManifestJson.Default.Manifest) is { Files: not null } manifest ? manifest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One installed file.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Mode">Octal, such as <c>0640</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Lower-case hex.</param>
public sealed record ManifestFile(string Path, string Mode, int Size, string Sha256);

/// <summary>A delivered token.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Sha256">Lower-case hex of its hash; of the token nothing else.</param>
/// <param name="IssuedAt">When it was asked for.</param>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record ManifestToken(string Path, string Sha256, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt);

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext
{
    /// <summary>Angle brackets stay angle brackets: this JSON never stands in HTML.</summary>
    public static ManifestJson Readable { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
