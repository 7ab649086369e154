using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Resources that are the same for all proxies with the same traits. Pure: the same input gives the same output.</summary>
internal sealed class SharedGenerator(ProxyScope scope)
{
    public ProxyScope Scope => scope;

    /// <summary>Those that come before a proxy's own.</summary>
    public IEnumerable<Cluster> Clusters() =>
        scope.Proxy.IsRouter
            ? [.. OutboundClusters.All(scope), StaticClusters.BlackHole(scope), .. OutboundClusters.BehindSni(scope)]
            : [.. OutboundClusters.All(scope), StaticClusters.BlackHole(scope), StaticClusters.Passthrough(scope)];

    /// <summary>Those that come after a proxy's own.</summary>
    public IEnumerable<Cluster> LastClusters() => scope.Proxy.IsRouter ? [] : [StaticClusters.InboundPassthrough(scope)];

    /// <summary>Those that come before a proxy's own.</summary>
    public IEnumerable<Listener> Listeners() => scope.Proxy.IsRouter ? [] : OutboundListeners.All(scope);

    /// <summary>A route that is not known has no virtual hosts.</summary>
    public RouteConfiguration Routes(string name) => OutboundRoutes.Of(scope, name);

    public NameTable NameTable() => NameTables.Of(scope);
}
