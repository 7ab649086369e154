using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Upstream;

namespace Embark.Sandbox.Proxy.Tcp;

/// <summary>TCP proxy: bytes to one endpoint of a cluster. TLS that is passed through is bytes too.</summary>
internal sealed class TcpService(TcpProxy configuration, UpstreamClusters clusters, Stats stats, Random random) : IConnectionService
{
    public async Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken)
    {
        if (ClusterName() is not { } name || clusters.Find(name) is not { } cluster)
            return;
        HashSet<UpstreamEndpoint> tried = [];
        while (EndpointChoice.Pick(cluster.Endpoints, tried, random) is { } endpoint && tried.Add(endpoint))
        {
            using var busy = endpoint.Use();
            Stream upstream;
            try
            {
                upstream = await cluster.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            }
            catch (UpstreamException)
            {
                stats.Count($"cluster.{name}.upstream_cx_connect_fail");
                continue;
            }

            stats.Count($"cluster.{name}.upstream_cx_total");
            await using (upstream)
                await Relay.BothWaysAsync(connection.Stream, upstream, cancellationToken).ConfigureAwait(false);
            return;
        }
    }

    private string? ClusterName() => configuration.ClusterSpecifierCase switch
    {
        TcpProxy.ClusterSpecifierOneofCase.Cluster => configuration.Cluster,
        TcpProxy.ClusterSpecifierOneofCase.WeightedClusters => Weighted(configuration.WeightedClusters),
        _ => null,
    };

    private string? Weighted(TcpProxy.Types.WeightedCluster weighted)
    {
        var at = random.NextInt64(Math.Max(1, weighted.Clusters.Sum(c => (long)c.Weight)));
        return weighted.Clusters.FirstOrDefault(c => (at -= c.Weight) < 0)?.Name;
    }
}
