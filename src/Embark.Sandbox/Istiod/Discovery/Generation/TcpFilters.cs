using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Filters of chains that pass bytes.</summary>
internal static class TcpFilters
{
    public static IEnumerable<Filter> Outbound(ProxyScope scope, string cluster) =>
        [.. IstioFilters.NetworkStats(scope, inbound: false), Proxy(scope, cluster)];

    public static IEnumerable<Filter> Inbound(ProxyScope scope, string cluster) =>
        [.. IstioFilters.NetworkExchange(scope), .. AccessFilters.Network(scope), .. IstioFilters.NetworkStats(scope, inbound: true), Proxy(scope, cluster)];

    /// <summary>Of a gateway: nothing is exchanged, since TLS is not ended there.</summary>
    /// <param name="clusters">At least one; with several, weights share the connections.</param>
    public static IEnumerable<Filter> Gateway(ProxyScope scope, params IReadOnlyList<(string Name, uint Weight)> clusters)
    {
        var proxy = new TcpProxy { StatPrefix = clusters[0].Name, AccessLog = { AccessLogs.OfConnections(scope) } };
        if (clusters is [var (only, _)])
            proxy.Cluster = only;
        else
            proxy.WeightedClusters = new TcpProxy.Types.WeightedCluster
            {
                Clusters = { clusters.Select(cluster => new TcpProxy.Types.WeightedCluster.Types.ClusterWeight { Name = cluster.Name, Weight = cluster.Weight }) },
            };
        return [.. IstioFilters.NetworkStats(scope, inbound: true), Named(proxy)];
    }

    private static Filter Proxy(ProxyScope scope, string cluster) =>
        Named(new TcpProxy { StatPrefix = cluster, Cluster = cluster, AccessLog = { AccessLogs.OfConnections(scope) } });

    private static Filter Named(TcpProxy proxy) => new() { Name = "envoy.filters.network.tcp_proxy", TypedConfig = Any.Pack(proxy) };
}
