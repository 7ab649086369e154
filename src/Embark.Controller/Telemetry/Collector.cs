using System.Collections.Concurrent;
using Embark.Controller.Telemetry.Logs;
using Embark.Controller.Telemetry.Protos;
using Embark.Controller.Telemetry.Spans;

namespace Embark.Controller.Telemetry;

/// <summary>Takes access logs and spans, and keeps what a graph is made of. It may be used by many at once.</summary>
internal sealed class Collector(WindowOptions options, TimeProvider clock)
{
    /// <summary>Bounded as everything that strangers fill.</summary>
    private const int MostProxies = 20_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _lastSeen = new(StringComparer.Ordinal);

    public KnownWorkloads Known { get; } = new();

    public TrafficWindow Window { get; } = new(options, clock);

    public Rejections Rejections { get; } = new();

    public PairedSpans Pairs { get; } = new();

    public TimeProvider Clock => clock;

    /// <summary>When a proxy last sent something; null for never. By namespace and name of its pod or WorkloadEntry.</summary>
    public DateTimeOffset? LastSeen(string @namespace, string name) => _lastSeen.TryGetValue($"{@namespace}/{name}", out var time) ? time : null;

    /// <summary>The proxy of a stream that begins; null when it does not say who it is.</summary>
    public ReportingProxy? Meet(StreamAccessLogsMessage.Types.Identifier? identifier)
    {
        var proxy = ReportingProxy.Of(identifier?.Node, Known);
        if (proxy is not null)
            Known.Learn(proxy);
        return proxy;
    }

    public void Take(StreamAccessLogsMessage message, ReportingProxy? proxy)
    {
        var (http, tcp) = (message.HttpLogs?.LogEntry, message.TcpLogs?.LogEntry);
        var count = (http?.Count ?? 0) + (tcp?.Count ?? 0);
        Rejections.TookEntries(count);
        if (proxy is null)
        {
            Rejections.Left(Reasons.UnknownProxy, count);
            return;
        }

        Saw(proxy.Name);
        var calls = new Call[count];
        var at = 0;
        foreach (var entry in http ?? [])
            Keep(AccessLogReader.Read(entry, proxy, Known, out var reason), reason);
        foreach (var entry in tcp ?? [])
            Keep(AccessLogReader.Read(entry, proxy, Known, out var reason), reason);
        Window.Add(calls.AsSpan(0, at));

        void Keep(Call? call, string reason)
        {
            if (call is { } good)
                calls[at++] = good;
            else
                Rejections.Left(reason);
        }
    }

    public void Take(IReadOnlyList<Span> spans)
    {
        Rejections.TookSpans(spans.Count);
        var calls = new List<Call>(spans.Count);
        foreach (var span in spans)
        {
            if (span.Proxy.Length > 0)
                Saw(span.Proxy);
            if (SpanReader.Read(span, Known, Pairs, out var reason) is { } call)
                calls.Add(call);
            else
                Rejections.Left(reason);
        }
        Window.Add(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(calls));
    }

    private void Saw(string proxy)
    {
        if (_lastSeen.Count < MostProxies || _lastSeen.ContainsKey(proxy))
            _lastSeen[proxy] = clock.GetUtcNow();
    }
}
