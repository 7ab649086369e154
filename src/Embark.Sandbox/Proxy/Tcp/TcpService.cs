using System.Net;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Telemetry;
using Embark.Sandbox.Proxy.Upstream;

namespace Embark.Sandbox.Proxy.Tcp;

/// <summary>TCP proxy: bytes to one endpoint of a cluster. TLS that is passed through is bytes too.</summary>
internal sealed class TcpService(TcpProxy configuration, HttpDataPlane plane) : IConnectionService
{
    private readonly IReadOnlyList<AccessLogSender> _senders = plane.Telemetry.TcpLogs(configuration.AccessLog);

    public async Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken)
    {
        if (ClusterName() is not { } name || plane.Clusters.Find(name) is not { } cluster)
            return;
        var (start, started) = (plane.Clock.GetUtcNow(), plane.Clock.GetTimestamp());
        IPEndPoint? to = null;
        try
        {
            to = await ServeAsync(connection, cluster, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var sender in _senders)
                sender.Send(AccessLogEntries.Of(connection, start, plane.Clock.GetElapsedTime(started), name, to, to is null ? "UF" : null));
        }
    }

    /// <summary>Whom it reached; null for nobody.</summary>
    private async Task<IPEndPoint?> ServeAsync(AcceptedConnection connection, UpstreamCluster cluster, CancellationToken cancellationToken)
    {
        HashSet<UpstreamEndpoint> tried = [];
        while (EndpointChoice.Pick(cluster.Endpoints, tried, plane.Random) is { } endpoint && tried.Add(endpoint))
        {
            using var busy = endpoint.Use();
            Stream upstream;
            try
            {
                upstream = await cluster.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            }
            catch (UpstreamException)
            {
                plane.Stats.Count($"cluster.{cluster.Name}.upstream_cx_connect_fail");
                continue;
            }

            plane.Stats.Count($"cluster.{cluster.Name}.upstream_cx_total");
            await using (upstream)
                await RelayAsync(connection.Stream, upstream, cancellationToken).ConfigureAwait(false);
            return endpoint.Address;
        }

        return null;
    }

    // A connection that is cut in the middle has reached somebody all the same.
    private static async Task RelayAsync(Stream downstream, Stream upstream, CancellationToken cancellationToken)
    {
        try
        {
            await Relay.BothWaysAsync(downstream, upstream, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // one side went away
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
        var at = plane.Random.NextInt64(Math.Max(1, weighted.Clusters.Sum(c => (long)c.Weight)));
        return weighted.Clusters.FirstOrDefault(c => (at -= c.Weight) < 0)?.Name;
    }
}
