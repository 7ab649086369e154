using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Resources that depend on the addresses of one proxy. Pure: the same input gives the same output.</summary>
internal sealed class OwnGenerator(OwnScope scope)
{
    public IEnumerable<Cluster> Clusters() => scope.Proxy.IsRouter ? [] : InboundClusters.All(scope);

    public IEnumerable<Listener> Listeners() => scope.Proxy.IsRouter ? GatewayListeners.All(scope) : InboundListeners.All(scope);
}
