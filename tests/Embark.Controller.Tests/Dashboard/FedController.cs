using System.Text.Json.Nodes;
using Embark.Controller.Telemetry.Protos;
using Embark.Controller.Tests.Telemetry;
using Embark.Grpc;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.Controller.Tests.Dashboard;

/// <summary>The program itself, over its real ports: a cluster's API before it, proxies that send it their access logs, a VM whose certificate it can see.</summary>
internal sealed class FedController : IAsyncLifetime
{
    private static readonly GroupResource s_entries = new("networking.istio.io", "workloadentries");
    private readonly ShownCertificate _certificate = new(TimeSpan.FromHours(60));
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler());
    private ApiServer? _api;
    private ControllerProcess? _controller;
    private Uri? _logs;

    internal Uri Address => _controller!.Address;

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        _api = await ApiServer.StartAsync(new ApiServerOptions(), cancel);
        _controller = await ControllerProcess.StartAsync(_api.KubeconfigFor("admin"),
            ["--access-logs", "127.0.0.1:0", "--zipkin", "127.0.0.1:0", "--reach", $"bookinfo/ratings-vm={_certificate.Address}"], cancel);
        _logs = await _controller.TakesAsync("Access logs", cancel);
        SetHealth("True", "");
    }

    /// <summary>Health of the VM as istiod writes it.</summary>
    internal void SetHealth(string status, string message) => _api!.Store.Change(s_entries, "bookinfo", "ratings-vm", stored =>
    {
        var entry = (JsonObject)JsonNode.Parse(stored!.Value.ToJsonString())!;
        entry["metadata"]!["annotations"]!["istio.io/connectedAt"] = "2026-11-30T10:00:00.000000000Z";
        entry["status"] = new JsonObject { ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Healthy", ["status"] = status, ["message"] = message }) };
        return entry;
    });

    /// <summary>One proxy's words, on a stream of their own.</summary>
    internal async Task SendAsync(StreamAccessLogsMessage.Types.Identifier proxy, params HTTPAccessLogEntry[] entries) =>
        await SendAsync(new StreamAccessLogsMessage { Identifier = proxy, HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries { LogEntry = { entries } } });

    internal async Task SendAsync(StreamAccessLogsMessage message)
    {
        var client = new GrpcClient(_http, _logs!) { Metadata = () => [] };
        await using var call = client.Open<StreamAccessLogsMessage, StreamAccessLogsResponse>(
            "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs", StreamAccessLogsResponse.Parser, TestContext.Current.CancellationToken);
        call.Send(message);
        call.CloseSend();
        await foreach (var _ in call.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            // nothing comes but the status
        }
    }

    /// <summary>Bookinfo: pages asked from outside, details without mutual TLS, a third of them failing; ratings on the VM.</summary>
    internal async Task BookinfoAsync(int pages)
    {
        for (var page = 0; page < pages; page++)
        {
            await SendAsync(s_page, Samples.Inbound("10.9.9.9", null), Samples.Outbound("details", "10.4.0.13", page % 3 == 0 ? 503u : 200u, 4 + page), Samples.Outbound("reviews", page % 2 == 0 ? "10.4.0.12" : "10.4.0.22", milliseconds: 20 + page));
            await SendAsync(s_details, Samples.Inbound("10.4.0.14", null, page % 3 == 0 ? 503u : 200u));
            await SendAsync(page % 2 == 0 ? s_reviewsOne : s_reviewsTwo, Samples.Inbound("10.4.0.14", "bookinfo-productpage"), Samples.Outbound("ratings", "10.128.0.2", milliseconds: 9));
            await SendAsync(s_vm, Samples.Inbound(page % 2 == 0 ? "10.4.0.12" : "10.4.0.22", "bookinfo-reviews"));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_controller is not null) await _controller.DisposeAsync();
        if (_api is not null) await _api.DisposeAsync();
        await _certificate.DisposeAsync();
        _http.Dispose();
    }

    private static readonly StreamAccessLogsMessage.Types.Identifier s_page = Samples.Proxy("productpage-v1-0", "productpage", "v1", "10.4.0.14");
    private static readonly StreamAccessLogsMessage.Types.Identifier s_details = Samples.Proxy("details-v1-0", "details", "v1", "10.4.0.13");
    private static readonly StreamAccessLogsMessage.Types.Identifier s_reviewsOne = Samples.Proxy("reviews-v1-0", "reviews", "v1", "10.4.0.12");
    private static readonly StreamAccessLogsMessage.Types.Identifier s_reviewsTwo = Samples.Proxy("reviews-v2-0", "reviews", "v2", "10.4.0.22");
    private static readonly StreamAccessLogsMessage.Types.Identifier s_vm = Samples.Proxy("ratings-vm", "ratings", "v3", "10.128.0.2");
}
