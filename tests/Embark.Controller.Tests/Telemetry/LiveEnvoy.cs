using System.Net;
using Embark.Controller.Telemetry;
using Embark.Controller.Telemetry.Serving;
using Embark.Sandbox.Proxy.Admin;
using Embark.Sandbox.Tests.Interop;
using Microsoft.AspNetCore.Http;

namespace Embark.Controller.Tests.Telemetry;

/// <summary>Two stock Envoys, caller and callee, send what they see to the collector while they see it.</summary>
public sealed class LiveEnvoy
{
    private const int Requests = 20;

    [Fact(Timeout = 180_000)]
    public async Task Access_logs_and_spans_of_a_stock_Envoy_make_the_graph()
    {
        var cancel = TestContext.Current.CancellationToken;
        var binary = EnvoyBinary.Path;
        using var folder = new EnvoyFolder();
        var collector = Samples.Collector(TimeProvider.System);
        await using var server = await CollectorServer.StartAsync(collector, Loopback(0), Loopback(0), cancel);
        var (caller, callee, app) = (FreePort(), FreePort(), FreePort());
        await using var application = await LocalServer.StartAsync(Loopback(app), context =>
        {
            context.Response.StatusCode = context.Request.Path == "/broken" ? 503 : 200;
            return context.Response.WriteAsync("stars");
        }, cancel);
        await using var there = folder.Start(binary, EnvoyConfiguration.Callee("reviews-v1-0", "reviews", "10.4.0.12", callee, app, server, folder));
        await using var here = folder.Start(binary, EnvoyConfiguration.Caller("productpage-v1-0", "productpage", "10.4.0.14", caller, callee, "reviews", server, folder));

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await UntilAsync(async () => (await GetAsync(http, caller, "/")) == 200, () => here.Log + there.Log);
        for (var i = 0; i < Requests; i++)
            Assert.Equal(i % 4 == 0 ? 503 : 200, await GetAsync(http, caller, i % 4 == 0 ? "/broken" : "/"));

        // Spans come some seconds late, five at a time; one of the callee that comes before its caller's is left to that.
        await UntilAsync(() => Task.FromResult(Of(View.CallerLog) > Requests && Of(View.CalleeLog) > Requests
            && Of(View.CallerSpan) > Requests && Of(View.CalleeSpan) + collector.Rejections.Of(Reasons.Unpaired) > Requests),
            () => $"{Of(View.CallerLog)} {Of(View.CalleeLog)} {Of(View.CallerSpan)} {Of(View.CalleeSpan)}, {string.Join(", ", collector.Rejections.ByReason)}\n{here.Log}{there.Log}");

        var call = Assert.Single(Graph.Topology(collector, TimeSpan.FromHours(1)).Calls);
        Assert.Equal(("productpage.bookinfo", "reviews.bookinfo", "caller", "all"), (call.From, call.To, call.Seen, call.MutualTls));
        Assert.InRange(call.Traffic.ErrorShare, 0.15, 0.35);
        Assert.True(call.Traffic.P50Milliseconds > 0);
        Assert.Equal(("reviews-v1-0", "v1"), Graph.Metrics(collector, "reviews.bookinfo", TimeSpan.FromHours(1), 60)!.Workloads is [var only] ? (only.Workload, only.Version) : default);
        Assert.Equal(0, collector.Rejections.Of(Reasons.Malformed));
        Assert.NotNull(collector.LastSeen("bookinfo", "productpage-v1-0"));

        long Of(View view) => collector.Window.Last(TimeSpan.FromHours(1)).Tallies
            .Where(tally => tally.Key.View == view && (tally.Key.From.Service, tally.Key.To.Service) == ("productpage.bookinfo", "reviews.bookinfo")).Sum(tally => tally.Value.Calls);
    }

    private static async Task<int> GetAsync(HttpClient http, int port, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}{path}"), TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<string> told)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !await condition(); await Task.Delay(50))
            Assert.True(DateTime.UtcNow < deadline, told());
    }

    private static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);

    private static int FreePort()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
