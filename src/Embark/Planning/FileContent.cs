using Embark.Kubernetes;

namespace Embark.Planning;

/// <summary>What a planned file holds.</summary>
public abstract record FileContent
{
    private FileContent() { }

    /// <summary>Text anyone may see; written as UTF-8, as it is.</summary>
    public sealed record Text(string Value) : FileContent;

    /// <summary>The same text as another file of the plan, printed as a reference (sidecar-bootstrap 6.3).</summary>
    public sealed record SameAs(string Path, string Value) : FileContent;

    /// <summary>
    /// A token that a delivering sink asks the API for, right before it is copied. Never part of the plan itself.
    /// Equal records in one plan stand for one token: the bridge starts with the token that the proxy gets.
    /// </summary>
    public sealed record WorkloadToken(NamespacedName ServiceAccount, string Audience, TimeSpan Lifetime) : FileContent;

    /// <summary>
    /// The VM's manifest, planned but for what only delivering finds out. A sink writes <see cref="Planning.Manifest.Write"/> of
    /// <c>Draft with { … }</c>: the token it asked for, the image's digest, the time.
    /// </summary>
    public sealed record Manifest(Planning.Manifest Draft) : FileContent;
}
