using System.Text.Json.Serialization.Metadata;

namespace Embark.Kubernetes;

/// <summary>Names one kind of object of the API, and how its JSON is read and written.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Served version, such as <c>v1</c>.</param>
/// <param name="Plural">Name in the URL, such as <c>workloadentries</c>.</param>
/// <param name="Kind">Name in the object, such as <c>WorkloadEntry</c>.</param>
/// <param name="Json">Source-generated JSON contract, so that trimming is safe.</param>
public sealed record ResourceKind<T>(string Group, string Version, string Plural, string Kind, JsonTypeInfo<T> Json)
    where T : class
{
    /// <summary>False for objects of the whole cluster, such as Namespace.</summary>
    public bool Namespaced { get; init; } = true;

    /// <summary>Part of the object that is written, such as <c>status</c>; null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary><c>v1</c> or <c>group/version</c>, as objects write it.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";
}
