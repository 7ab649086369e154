using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using static Embark.Sandbox.Istiod.Protos.Clusters.Cluster.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>The application behind each inbound port.</summary>
internal static class InboundClusters
{
    public static IEnumerable<Cluster> All(OwnScope scope) =>
        InboundPort.Of(scope).DistinctBy(port => port.Port).Select(port => To(scope, port));

    private static Cluster To(ProxyScope scope, InboundPort port)
    {
        var cluster = ClusterParts.Named(scope, Names.Inbound(port.Port));
        cluster.CircuitBreakers = ClusterParts.NoLimits();
        cluster.CommonLbConfig = new CommonLbConfig();
        if (port.Services.Count > 0)
            cluster.Metadata = ClusterParts.OfServices(port.Services);
        ClusterParts.SpeakAs(scope, cluster, port.Protocol);
        if (port.Application is not { } application)
        {
            cluster.Type = DiscoveryType.OriginalDst;
            cluster.LbPolicy = LbPolicy.ClusterProvided;
            cluster.UpstreamBindConfig = StaticClusters.FromOwnLoopback(scope);
            return cluster;
        }
        cluster.Type = DiscoveryType.Static;
        cluster.LoadAssignment = new ClusterLoadAssignment { ClusterName = cluster.Name, Endpoints = { At(application.Address.ToString(), application.Port) } };
        return cluster;
    }

    private static LocalityLbEndpoints At(string address, int port) => new()
    {
        LbEndpoints = { new LbEndpoint { Endpoint = new Endpoint { Address = Structs.Address(address, port) } } },
    };
}
