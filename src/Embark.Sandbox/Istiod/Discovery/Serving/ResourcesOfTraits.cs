using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Discovery.Generation;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>What all proxies with the same traits get in one state of the mesh.</summary>
internal sealed class ResourcesOfTraits
{
    private readonly Lazy<IReadOnlyList<GeneratedResource>> _clusters;
    private readonly Lazy<IReadOnlyList<GeneratedResource>> _lastClusters;
    private readonly Lazy<IReadOnlyList<GeneratedResource>> _listeners;
    private readonly Lazy<GeneratedResource> _names;
    private readonly ConcurrentDictionary<string, Lazy<GeneratedResource>> _routes = new(StringComparer.Ordinal);
    private readonly Func<string, Lazy<GeneratedResource>> _route;

    public ResourcesOfTraits(SharedResources all, ProxyScope scope)
    {
        var generator = new SharedGenerator(scope);
        Scope = scope;
        _clusters = new(() => [.. generator.Clusters().Select(cluster => all.Packed(TypeUrls.Cluster, cluster.Name, cluster))]);
        _lastClusters = new(() => [.. generator.LastClusters().Select(cluster => all.Packed(TypeUrls.Cluster, cluster.Name, cluster))]);
        _listeners = new(() => [.. generator.Listeners().Select(listener => all.Packed(TypeUrls.Listener, listener.Name, listener))]);
        _names = new(() => all.Packed(TypeUrls.NameTable, "", generator.NameTable()));
        _route = name => new(() => all.Packed(TypeUrls.Route, name, generator.Routes(name)));
    }

    public ProxyScope Scope { get; }

    /// <summary>Those that come before a proxy's own.</summary>
    public IReadOnlyList<GeneratedResource> Clusters => _clusters.Value;

    /// <summary>Those that come after a proxy's own.</summary>
    public IReadOnlyList<GeneratedResource> LastClusters => _lastClusters.Value;

    /// <summary>Those that come before a proxy's own.</summary>
    public IReadOnlyList<GeneratedResource> Listeners => _listeners.Value;

    public GeneratedResource Names => _names.Value;

    public GeneratedResource Routes(string name) => _routes.GetOrAdd(name, _route).Value;
}
