using System.Net.Sockets;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Core;
using static Embark.Sandbox.Istiod.Protos.Clusters.Cluster.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Clusters that every proxy gets, whatever is in the mesh.</summary>
internal static class StaticClusters
{
    private static readonly TimeSpan PassthroughIdle = TimeSpan.FromSeconds(300);

    public static Cluster BlackHole(ProxyScope scope)
    {
        var cluster = ClusterParts.Named(scope, Names.BlackHole);
        cluster.Type = DiscoveryType.Static;
        return cluster;
    }

    public static Cluster Passthrough(ProxyScope scope)
    {
        var cluster = ToOriginal(scope, Names.Passthrough);
        cluster.Filters.Add(IstioFilters.OfCluster(scope));
        return cluster;
    }

    public static Cluster InboundPassthrough(ProxyScope scope)
    {
        var cluster = ToOriginal(scope, Names.InboundPassthrough);
        // Not its own name: that is what istiod sends.
        cluster.AltStatName = Names.Passthrough + ";";
        cluster.UpstreamBindConfig = FromOwnLoopback(scope);
        return cluster;
    }

    /// <summary>An address that packet rules let pass, so that the proxy does not catch its own traffic.</summary>
    public static BindConfig FromOwnLoopback(ProxyScope scope) => new()
    {
        SourceAddress = new SocketAddress
        {
            Address = scope.Proxy.Family == AddressFamily.InterNetworkV6 ? "::6" : "127.0.0.6", PortValue = 0,
        },
    };

    private static Cluster ToOriginal(ProxyScope scope, string name)
    {
        var cluster = ClusterParts.Named(scope, name);
        cluster.Type = DiscoveryType.OriginalDst;
        cluster.LbPolicy = LbPolicy.ClusterProvided;
        cluster.CircuitBreakers = ClusterParts.NoLimits();
        ClusterParts.SpeakAsDownstream(cluster, PassthroughIdle);
        return cluster;
    }
}
