using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.Istiod.Protos.Types;
using Embark.Sandbox.Proxy.Http;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>One span from its beginning to its end, in Zipkin's words with Envoy's tags.</summary>
internal sealed class ActiveSpan(
    string trace, string id, string parent, bool outbound, IEnumerable<CustomTag> customTags, ProxyTelemetry telemetry, SpanCollector collector)
{
    public void End(Exchange exchange)
    {
        var (request, status) = (exchange.Context.Request, exchange.Context.Response.StatusCode);
        var (start, length) = (Microseconds(exchange.Start), (long)exchange.Duration.TotalMicroseconds);
        var node = telemetry.Node;
        var tags = new JsonObject
        {
            ["component"] = "proxy",
            ["node_id"] = node?.Id,
            ["guid:x-request-id"] = request.Headers["x-request-id"].ToString(),
            ["http.url"] = $"http://{request.Host}{request.Path.ToUriComponent()}{request.QueryString}",
            ["http.method"] = request.Method,
            ["http.protocol"] = request.Protocol,
            ["http.status_code"] = status.ToString(CultureInfo.InvariantCulture),
            ["user_agent"] = request.Headers.UserAgent.ToString(),
            ["downstream_cluster"] = "-",
            ["peer.address"] = exchange.Connection.Remote.Address.ToString(),
            ["request_size"] = (request.ContentLength ?? 0).ToString(CultureInfo.InvariantCulture),
            ["response_size"] = exchange.BytesSent.ToString(CultureInfo.InvariantCulture),
            ["response_flags"] = exchange.Flags ?? "-",
        };
        if (exchange.ClusterName is { } cluster)
            (tags["upstream_cluster"], tags["upstream_cluster.name"]) = (cluster, cluster);
        if (status >= 500)
            tags["error"] = "true";
        foreach (var tag in customTags.Where(tag => tag.TypeCase == CustomTag.TypeOneofCase.Literal))
            tags[tag.Tag] = tag.Literal.Value;

        var span = new JsonObject
        {
            ["traceId"] = trace,
            ["id"] = id,
            ["kind"] = outbound ? "CLIENT" : "SERVER",
            ["name"] = request.Host.Value,
            ["timestamp"] = start,
            ["duration"] = length,
            ["localEndpoint"] = new JsonObject { ["serviceName"] = node?.Cluster, ["ipv4"] = node?.Id.Split('~').ElementAtOrDefault(1), ["port"] = 0 },
            ["annotations"] = new JsonArray(new JsonObject { ["timestamp"] = start + length, ["value"] = outbound ? "cr" : "ss" }),
            ["tags"] = tags,
        };
        if (parent.Length > 0)
            span["parentId"] = parent;
        telemetry.Spans(collector).Send(span);
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
