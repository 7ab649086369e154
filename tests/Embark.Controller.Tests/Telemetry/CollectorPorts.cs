using System.Net;
using System.Text;
using Embark.Controller.Telemetry;
using Embark.Controller.Telemetry.Protos;
using Embark.Controller.Telemetry.Serving;
using Embark.Grpc;

namespace Embark.Controller.Tests.Telemetry;

public sealed class CollectorPorts
{
    private const string Method = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    [Fact(Timeout = 30_000)]
    public async Task Access_logs_are_taken_over_grpc_until_the_proxy_ends_the_stream()
    {
        var cancel = TestContext.Current.CancellationToken;
        var collector = Samples.Collector();
        await using var server = await StartAsync(collector, cancel);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        var client = new GrpcClient(http, new Uri($"http://{server.AccessLogs}")) { Metadata = () => [] };

        await using var call = client.Open<StreamAccessLogsMessage, StreamAccessLogsResponse>(Method, StreamAccessLogsResponse.Parser, cancel);
        call.Send(new StreamAccessLogsMessage { Identifier = Samples.Proxy("reviews-v2-0", "reviews", "v2", "10.4.0.22"), HttpLogs = Logs() });
        call.Send(new StreamAccessLogsMessage { HttpLogs = Logs() });
        call.CloseSend();
        await foreach (var _ in call.ReadAllAsync(cancel))
        {
            // nothing comes but the status
        }

        Assert.Equal(2, collector.Rejections.Entries);
        Assert.Single(Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls);
        Assert.NotNull(collector.LastSeen("bookinfo", "reviews-v2-0"));

        static StreamAccessLogsMessage.Types.HTTPAccessLogEntries Logs() => new() { LogEntry = { Samples.Outbound("ratings", "10.128.0.2") } };
    }

    [Fact(Timeout = 30_000)]
    public async Task Garbage_ends_its_own_stream_only_and_is_counted()
    {
        var cancel = TestContext.Current.CancellationToken;
        var collector = Samples.Collector();
        await using var server = await StartAsync(collector, cancel);
        using var http = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        foreach (var bytes in new byte[][] { [0, 0, 0, 0, 2, 0xff, 0xff], [0, 0xff, 0xff, 0xff, 0xff], [0, 0, 0], [1, 0, 0, 0, 0] })
        {
            using var content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/grpc") } };
            using var answer = await http.PostAsync(new Uri($"http://{server.AccessLogs}{Method}"), content, cancel);
            Assert.NotEqual("0", (answer.TrailingHeaders.TryGetValues("grpc-status", out var at) || answer.Headers.TryGetValues("grpc-status", out at) ? at : [""]).Single());
        }

        Assert.Equal(4, collector.Rejections.Of(Reasons.Malformed));
        await Access_logs_are_taken_over_grpc_until_the_proxy_ends_the_stream();
    }

    [Theory(Timeout = 30_000)]
    [InlineData("[]", 202, 0)]
    [InlineData("""[{"traceId":"aa","id":"bb","kind":"CLIENT","localEndpoint":{"serviceName":"a.ns"},"tags":{"upstream_cluster":"outbound|80||b.ns.svc.cluster.local"}}]""", 202, 0)]
    [InlineData("""[{"traceId":7,"id":"bb","kind":"CLIENT"}, 5, null, {"traceId":"aa","id":"zz","kind":"SERVER"}]""", 202, 4)]
    [InlineData("""[{"traceId":"aa","id":"bb","kind":"CLIENT","duration":-5,"localEndpoint":[],"tags":"x"}]""", 202, 1)]
    [InlineData("{}", 400, 1)]
    [InlineData("[{", 400, 1)]
    [InlineData("", 400, 1)]
    public async Task Spans_are_taken_with_202_and_what_is_none_is_counted(string body, int status, int malformed)
    {
        var cancel = TestContext.Current.CancellationToken;
        var collector = Samples.Collector();
        await using var server = await StartAsync(collector, cancel);
        using var http = new HttpClient();

        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri($"http://{server.Zipkin}/api/v2/spans"), content, cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(malformed, collector.Rejections.Of(Reasons.Malformed));
    }

    private static Task<CollectorServer> StartAsync(Collector collector, CancellationToken cancellationToken) =>
        CollectorServer.StartAsync(collector, new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, 0), cancellationToken);
}
