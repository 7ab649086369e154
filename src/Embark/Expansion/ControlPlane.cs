using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Embark.Kubernetes;

namespace Embark.Expansion;

/// <summary>A ControlPlane (install.tetrate.io/v1alpha1): its field <c>spec.meshExpansion</c> asks for the VM gateway (sidecar-bootstrap 1, step 1).</summary>
public sealed record ControlPlane(ObjectMeta Metadata, JsonObject? Spec, JsonObject? Status)
{
    /// <summary>Name where nobody says otherwise.</summary>
    public const string UsualName = "controlplane";

    /// <summary>The kind; it is a custom one, so that a cluster may not serve it.</summary>
    public static ResourceKind<ControlPlane> Kind { get; } =
        new("install.tetrate.io", "v1alpha1", "controlplanes", "ControlPlane", ExpansionJson.Default.ControlPlane);

    /// <summary>Namespace and name.</summary>
    public NamespacedName Name => new(Metadata.Namespace ?? "", Metadata.Name ?? "");

    /// <summary>What is asked for; null when mesh expansion is not. <c>{}</c> asks for all defaults.</summary>
    public JsonNode? MeshExpansion => Spec?["meshExpansion"];

    /// <summary>True when it asks for the VM gateway.</summary>
    public bool Asks => MeshExpansion is not null && Metadata.DeletionTimestamp is null;

    /// <summary>The reference by which what was made for it goes when it goes.</summary>
    internal JsonObject? Owner => Metadata.Uid is null ? null : new()
    {
        ["apiVersion"] = Kind.ApiVersion,
        ["kind"] = Kind.Kind,
        ["name"] = Metadata.Name,
        ["uid"] = Metadata.Uid,
        ["controller"] = true,
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlPlane))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ExpansionJson : JsonSerializerContext;
