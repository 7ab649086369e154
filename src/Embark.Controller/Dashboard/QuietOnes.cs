using Embark.Controller.Telemetry;
using Embark.Telemetry;

namespace Embark.Controller.Dashboard;

/// <summary>
/// Keeps on the page what was seen during the whole window and says nothing at the moment: a graph that loses its parts
/// whenever a minute is quiet cannot be read.
/// </summary>
internal sealed class QuietOnes(Collector collector)
{
    /// <summary>The whole window is a lot to add up, and all pages may have the same.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);
    private static readonly Traffic s_nothing = new() { RequestsPerSecond = 0, ErrorShare = 0 };

    private readonly Lock _lock = new();
    private (DateTimeOffset At, MeshTopology Topology)? _whole;

    /// <summary>The graph of that time, and around it whatever the whole window knows, without traffic.</summary>
    public MeshTopology With(MeshTopology now)
    {
        var (whole, services, calls) = (Whole(), now.Services.Select(one => one.Id).ToHashSet(), now.Calls.Select(call => (call.From, call.To)).ToHashSet());
        return now with
        {
            Services = [.. now.Services.Concat(whole.Services.Where(one => !services.Contains(one.Id)).Select(one => one with { Inbound = s_nothing })).OrderBy(one => one.Id, StringComparer.Ordinal)],
            Calls =
            [
                .. now.Calls.Concat(whole.Calls.Where(call => !calls.Contains((call.From, call.To))).Select(call => call with { Traffic = s_nothing }))
                    .OrderBy(call => call.From, StringComparer.Ordinal).ThenBy(call => call.To, StringComparer.Ordinal),
            ],
        };
    }

    private MeshTopology Whole()
    {
        lock (_lock)
        {
            var now = collector.Clock.GetUtcNow();
            if (_whole is not { } known || now - known.At >= s_every)
                _whole = known = (now, Graph.Topology(collector, collector.Window.Options.Length));
            return known.Topology;
        }
    }
}
