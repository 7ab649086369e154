using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Embark.Sandbox.Proxy.Upstream;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>Sends spans to a Zipkin collector: five at a time, or what there is every five seconds, and never again, as Envoy does (protocols 6.3).</summary>
internal sealed class SpanSender
{
    private const int Together = 5;
    private static readonly TimeSpan Flush = TimeSpan.FromSeconds(5);

    private readonly Channel<JsonObject> _spans = Channel.CreateBounded<JsonObject>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <param name="started">Done when the proxy knows who it is.</param>
    public SpanSender(SpanCollector collector, UpstreamClusters clusters, Random random, Task<(Node Node, CancellationToken Stop)> started) =>
        _ = RunAsync(collector, clusters, random, started);

    public void Send(JsonObject span) => _spans.Writer.TryWrite(span);

    private async Task RunAsync(SpanCollector collector, UpstreamClusters clusters, Random random, Task<(Node Node, CancellationToken Stop)> started)
    {
        var (_, stop) = await started.ConfigureAwait(false);
        while (!stop.IsCancellationRequested)
            try
            {
                var spans = await NextAsync(stop).ConfigureAwait(false);
                if (clusters.Find(collector.Cluster) is not { } cluster || EndpointChoice.Pick(cluster.Endpoints, [], random) is not { } endpoint)
                    continue;
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{endpoint.Address}{collector.Path}"))
                {
                    Content = new StringContent(spans.ToJsonString(), new MediaTypeHeaderValue("application/json")),
                };
                request.Headers.Host = collector.Host.Replace('|', '_');
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
                limit.CancelAfter(Flush);
                (await cluster.Pool(endpoint, null).SendAsync(request, limit.Token).ConfigureAwait(false)).Dispose();
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
            {
                // Lost; the next ones may arrive.
            }
    }

    private async Task<JsonArray> NextAsync(CancellationToken stop)
    {
        var spans = new JsonArray { (JsonNode)await _spans.Reader.ReadAsync(stop).ConfigureAwait(false) };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Flush);
        try
        {
            while (spans.Count < Together)
                spans.Add((JsonNode)await _spans.Reader.ReadAsync(limit.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // the time is up
        }
        return spans;
    }
}
