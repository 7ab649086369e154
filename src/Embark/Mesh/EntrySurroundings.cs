using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>What stands around the entries of one namespace and is looked at in checks; a list is null when it could not be read.</summary>
internal sealed record EntrySurroundings
{
    /// <summary>Sidecars of the entries' namespace.</summary>
    public IReadOnlyList<SidecarObject>? Sidecars { get; init; }

    /// <summary>Sidecars of the root namespace: one without a selector is the mesh's default.</summary>
    public IReadOnlyList<SidecarObject> RootSidecars { get; init; } = [];

    /// <summary>Services of the entries' namespace.</summary>
    public IReadOnlyList<Service>? Services { get; init; }

    /// <summary>ServiceEntries of the entries' namespace.</summary>
    public IReadOnlyList<ServiceEntryObject>? ServiceEntries { get; init; }

    /// <summary>Namespaces known to exist among those that host names of an entry's ProxyConfig name.</summary>
    public IReadOnlySet<string> Namespaces { get; init; } = new HashSet<string>();
}
