using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>From the objects of the mesh to the resources of one proxy. Pure: the same input gives the same output.</summary>
internal sealed class ConfigGenerator(MeshView mesh, ProxyNode proxy, GeneratorOptions options)
{
    public ProxyScope Scope { get; } = ProxyScope.Of(mesh, proxy, options);

    public IReadOnlyList<Cluster> Clusters() =>
        proxy.IsRouter
            ? [.. OutboundClusters.All(Scope), StaticClusters.BlackHole(Scope), .. OutboundClusters.BehindSni(Scope)]
            : [
                .. OutboundClusters.All(Scope), StaticClusters.BlackHole(Scope), StaticClusters.Passthrough(Scope),
                .. InboundClusters.All(Scope), StaticClusters.InboundPassthrough(Scope),
            ];

    public IReadOnlyList<Listener> Listeners() =>
        proxy.IsRouter ? [.. GatewayListeners.All(Scope)] : [.. OutboundListeners.All(Scope), .. InboundListeners.All(Scope)];

    /// <summary>A cluster that is not known has no endpoints.</summary>
    public ClusterLoadAssignment Endpoints(string cluster) => LoadAssignments.Of(Scope, cluster);

    /// <summary>A route that is not known has no virtual hosts.</summary>
    public RouteConfiguration Routes(string name) => OutboundRoutes.Of(Scope, name);

    public NameTable NameTable() => NameTables.Of(Scope);
}
