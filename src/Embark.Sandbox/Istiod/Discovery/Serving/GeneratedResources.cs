using Embark.Sandbox.Istiod.Discovery.Generation;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>What one proxy may ask for, from one state of the mesh: shared resources, and its own between them.</summary>
internal sealed class GeneratedResources
{
    private readonly SharedResources _all;
    private readonly ResourcesOfTraits _shared;
    private readonly OwnGenerator _own;

    public GeneratedResources(SharedResources all, ProxyNode proxy)
    {
        ResourcesOfTraits? shared = null;
        var scope = OwnScope.Of(all.Mesh, proxy, traits => (shared = all.Of(traits)).Scope);
        (_all, _shared, _own) = (all, shared!, new OwnGenerator(scope));
    }

    /// <summary>Types in the order in which they are pushed: what is referred to comes first (PushOrder).</summary>
    public static IReadOnlyList<string> PushOrder { get; } = [TypeUrls.Cluster, TypeUrls.Endpoint, TypeUrls.Listener, TypeUrls.Route, TypeUrls.NameTable];

    /// <summary>True for types of which a proxy gets all there is.</summary>
    public static bool IsWildcard(string type) => type is TypeUrls.Cluster or TypeUrls.Listener or TypeUrls.NameTable;

    /// <summary>Resources of a type; <paramref name="names"/> counts for the types that are asked for by name.</summary>
    public IReadOnlyList<GeneratedResource> Of(string type, IEnumerable<string> names) => type switch
    {
        TypeUrls.Cluster => [.. _shared.Clusters, .. _own.Clusters().Select(cluster => GeneratedResource.Packed(TypeUrls.Cluster, cluster.Name, cluster)), .. _shared.LastClusters],
        TypeUrls.Listener => [.. _shared.Listeners, .. _own.Listeners().Select(listener => GeneratedResource.Packed(TypeUrls.Listener, listener.Name, listener))],
        TypeUrls.Endpoint => [.. names.Select(name => _all.Endpoints(_shared.Scope.Proxy.Place, name))],
        TypeUrls.Route => [.. names.Select(_shared.Routes)],
        TypeUrls.NameTable => [_shared.Names],
        _ => [],
    };
}
