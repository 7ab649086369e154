namespace Embark.Controller.Telemetry.Spans;

/// <summary>Who sent the calling half of a span, for a while: the callee's half names it as its parent.</summary>
internal sealed class PairedSpans
{
    private const int Most = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Trace, string Id), Workload> _callers = [];
    private readonly Queue<(string Trace, string Id)> _order = new();

    public void Remember(Span client)
    {
        lock (_lock)
        {
            if (!_callers.TryAdd((client.TraceId, client.Id), client.Workload))
                return;
            _order.Enqueue((client.TraceId, client.Id));
            if (_order.Count > Most)
                _callers.Remove(_order.Dequeue());
        }
    }

    public Workload? Caller(Span server)
    {
        lock (_lock)
            return _callers.GetValueOrDefault((server.TraceId, server.ParentId));
    }
}
