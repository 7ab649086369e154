namespace Embark.Mesh;

/// <summary>The proxy image as the mesh configures it (injector values, sidecar-bootstrap 3.2).</summary>
public sealed record ImageSettings
{
    /// <summary>global.hub; null when absent: no default is guessed, since release images moved with 1.30.</summary>
    public string? Hub { get; init; }

    /// <summary>global.proxy.image: a name such as <c>proxyv2</c>, or a complete reference when it holds a slash.</summary>
    public string Name { get; init; } = "proxyv2";

    /// <summary>global.tag exactly as written (<c>1.30</c> stays <c>1.30</c>); null when absent.</summary>
    public string? Tag { get; init; }

    /// <summary>global.variant, such as <c>distroless</c>; null for none.</summary>
    public string? Variant { get; init; }
}
