using System.Threading.Channels;
using Embark.Grpc;
using Embark.Sandbox.Istiod.Protos.AccessLogService;
using Embark.Sandbox.Proxy.Upstream;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>Sends entries of one log to its service, some at a time over one stream; what does not fit in between is lost, as with Envoy.</summary>
internal sealed class AccessLogSender
{
    private const string Method = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";
    private const int Together = 100;

    /// <summary>Envoy's buffer_flush_interval.</summary>
    private static readonly TimeSpan Flush = TimeSpan.FromSeconds(1);

    private readonly Channel<StreamAccessLogsMessage> _entries = Channel.CreateBounded<StreamAccessLogsMessage>(
        new BoundedChannelOptions(10_000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly string _cluster;
    private readonly string _logName;
    private readonly UpstreamClusters _clusters;
    private readonly Random _random;

    /// <param name="started">Done when the proxy knows who it is.</param>
    public AccessLogSender(string cluster, string logName, UpstreamClusters clusters, Random random, Task<(Node Node, CancellationToken Stop)> started)
    {
        (_cluster, _logName, _clusters, _random) = (cluster, logName, clusters, random);
        _ = RunAsync(started);
    }

    public void Send(HTTPAccessLogEntry entry) =>
        _entries.Writer.TryWrite(new StreamAccessLogsMessage { HttpLogs = new StreamAccessLogsMessage.Types.HTTPAccessLogEntries { LogEntry = { entry } } });

    public void Send(TCPAccessLogEntry entry) =>
        _entries.Writer.TryWrite(new StreamAccessLogsMessage { TcpLogs = new StreamAccessLogsMessage.Types.TCPAccessLogEntries { LogEntry = { entry } } });

    private async Task RunAsync(Task<(Node Node, CancellationToken Stop)> started)
    {
        var (node, stop) = await started.ConfigureAwait(false);
        while (!stop.IsCancellationRequested)
            try
            {
                await _entries.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
                if (_clusters.Find(_cluster) is { } cluster && EndpointChoice.Pick(cluster.Endpoints, [], _random) is { } endpoint)
                    await StreamAsync(node, new GrpcClient(cluster.Pool(endpoint, null), new Uri($"http://{endpoint.Address}")) { Metadata = () => [] }, stop).ConfigureAwait(false);
                await Task.Delay(Flush, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or GrpcException or InvalidOperationException)
            {
                // A service that is away is tried again when there is something to tell.
                await Task.Delay(Flush, stop).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            }
    }

    private async Task StreamAsync(Node node, GrpcClient client, CancellationToken stop)
    {
        await using var call = client.Open<StreamAccessLogsMessage, StreamAccessLogsResponse>(Method, StreamAccessLogsResponse.Parser, stop);
        var ended = EndAsync(call, stop);
        StreamAccessLogsMessage.Types.Identifier? identifier = new() { Node = node, LogName = _logName };
        while (!ended.IsCompleted)
        {
            await _entries.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
            await Task.Delay(Flush, stop).ConfigureAwait(false);
            while (!ended.IsCompleted && Next() is { } message)
            {
                message.Identifier = identifier;
                identifier = null;
                call.Send(message);
            }
        }
        await ended.ConfigureAwait(false);
    }

    private StreamAccessLogsMessage? Next()
    {
        StreamAccessLogsMessage? all = null;
        for (var count = 0; count < Together && _entries.Reader.TryRead(out var one); count++)
            if (all is null)
                all = one;
            else
                all.MergeFrom(one);
        return all;
    }

    private static async Task EndAsync(GrpcClientCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call, CancellationToken stop)
    {
        await foreach (var _ in call.ReadAllAsync(stop).ConfigureAwait(false))
        {
            // The service says nothing before the end.
        }
    }
}
