using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Embark.Controller.Telemetry.Protos;
using Embark.Grpc;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Benchmarks;

/// <summary>
/// The controller, a process of its own, takes access logs of many proxies by gRPC: 10,000 entries a second for a while, from this process on
/// the same machine. Each proxy has one stream and sends what it has every so often, as Envoy does. The controller itself says what it took.
/// </summary>
internal static class CollectorRows
{
    private const int Proxies = 50;
    private const int Together = 20;
    private const int EverySecond = 10_000;
    private const int Seconds = 15;
    private const string Method = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    public static async Task<IReadOnlyList<Row>> TakeAsync(Bench bench)
    {
        var program = Path.Combine(Path.GetDirectoryName(Bench.Embark)!, "embark-controller");
        if (!File.Exists(program)) throw new InvalidOperationException($"there is no {program}");
        Console.Error.WriteLine($"  {EverySecond} access log entries a second for {Seconds} s ...");
        var (pages, logs) = (FreePort(), FreePort());
        var start = new ProcessStartInfo(program, ["--kubeconfig", bench.Operator["KUBECONFIG"], "--listen", $"127.0.0.1:{pages}", "--access-logs", $"127.0.0.1:{logs}"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var controller = Process.Start(start)!;
        _ = controller.StandardOutput.ReadToEndAsync();
        _ = controller.StandardError.ReadToEndAsync();
        try
        {
            await ListeningAsync(logs);
            await ListeningAsync(pages);
            var processor = controller.TotalProcessorTime;
            var (sent, time) = await SendAsync(logs);
            var received = await ReceivedAsync(pages, sent);
            controller.Refresh();
            var used = (controller.TotalProcessorTime - processor) / time;
            return
            [
                new Row($"access log entries taken of {sent} sent by {Proxies} proxies, a second", [new Measured(time / received, Measured.PeakOf(controller.Id))])
                {
                    Rate = true, Wanted = $"{EverySecond}/s, none lost, peak at most 256 MB: {sent - received} lost, {used.ToString("0.00", CultureInfo.InvariantCulture)} cores of {Environment.ProcessorCount}",
                },
            ];
        }
        finally
        {
            controller.Kill();
            await controller.WaitForExitAsync();
        }
    }

    /// <summary>How many were sent, and how long it took until every stream was ended by the controller in good order.</summary>
    private static async Task<(long Sent, TimeSpan Time)> SendAsync(int port)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, EnableMultipleHttp2Connections = true });
        var client = new GrpcClient(http, new Uri($"http://127.0.0.1:{port}")) { Metadata = () => [] };
        var calls = Enumerable.Range(0, Proxies).Select(_ => client.Open<StreamAccessLogsMessage, StreamAccessLogsResponse>(Method, StreamAccessLogsResponse.Parser, CancellationToken.None)).ToList();
        for (var number = 0; number < Proxies; number++)
            calls[number].Send(new StreamAccessLogsMessage { Identifier = Identifier(number) });
        var (began, sent) = (Stopwatch.GetTimestamp(), 0L);
        for (var turn = 0; sent < EverySecond * Seconds; turn++)
        {
            var ahead = TimeSpan.FromSeconds((double)sent / EverySecond) - Stopwatch.GetElapsedTime(began);
            if (ahead > TimeSpan.Zero) await Task.Delay(ahead);
            calls[turn % Proxies].Send(Message(turn));
            sent += Together;
        }
        foreach (var call in calls) call.CloseSend();
        foreach (var call in calls)
        {
            await foreach (var _ in call.ReadAllAsync(CancellationToken.None))
            {
                // Only the end comes.
            }
            await call.DisposeAsync();
        }
        return (sent, Stopwatch.GetElapsedTime(began));
    }

    /// <summary>What the controller says it counted: sum of the calls of all pairs, not of messages.</summary>
    private static async Task<long> ReceivedAsync(int port, long sent)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var text = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
        var counted = Sum(text, "embark_requests_total");
        var took = Sum(text, "embark_telemetry_received_total{kind=\"log\"}");
        if (took != counted) throw new InvalidOperationException($"of {sent} entries {took} came and {counted} were counted:\n{text}");
        return counted;
    }

    private static long Sum(string text, string name) =>
        text.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal)).Sum(line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture));

    private static StreamAccessLogsMessage.Types.Identifier Identifier(int number) => new()
    {
        LogName = "http_envoy_accesslog",
        Node = new Node
        {
            Id = $"sidecar~10.4.1.{number}~app-{number}-0.bench~bench.svc.cluster.local", Cluster = $"app-{number}.bench",
            Metadata = new Struct
            {
                Fields =
                {
                    ["NAMESPACE"] = Value.ForString("bench"), ["WORKLOAD_NAME"] = Value.ForString($"app-{number}"), ["SERVICE_ACCOUNT"] = Value.ForString($"app-{number}"),
                    ["LABELS"] = Value.ForStruct(new Struct { Fields = { ["app"] = Value.ForString($"app-{number}"), ["version"] = Value.ForString("v1") } }),
                },
            },
        },
    };

    /// <summary>As long as the rest of what Envoy tells of a request: an entry is about 1,000 bytes.</summary>
    private static readonly string s_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0".PadRight(850, '.');

    // Each proxy calls ten services.
    private static StreamAccessLogsMessage Message(int turn)
    {
        var message = new StreamAccessLogsMessage { HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries() };
        for (var i = 0; i < Together; i++)
            message.HttpLogs.LogEntry.Add(new HTTPAccessLogEntry
            {
                CommonProperties = new AccessLogCommon
                {
                    UpstreamCluster = $"outbound|9080||app-{(turn + (i % 10)) % Proxies}.bench.svc.cluster.local",
                    UpstreamRemoteAddress = new Address { SocketAddress = new Address.Types.SocketAddress { Address = $"10.4.1.{(turn + (i % 10)) % Proxies}", PortValue = 9080 } },
                    Duration = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1 + ((turn + i) % 50))), AccessLogType = 6,
                },
                Request = new HTTPRequestProperties { UserAgent = s_agent, RequestBodyBytes = 120 },
                Response = new HTTPResponseProperties { ResponseCode = i == 0 ? 503u : 200u, ResponseBodyBytes = 2048 },
            });
        return message;
    }

    private static async Task ListeningAsync(int port)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
            {
                // Not open yet.
            }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
