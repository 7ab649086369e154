using Embark.Telemetry;

namespace Embark.Controller.Telemetry;

/// <summary>
/// Tallies as a graph of services. Both sides of a call tell of it; it is counted once, in the words of the caller, who
/// also sees what never arrived, unless the callee saw clearly more (some callers have no proxy). Traces are a sample and
/// count only where no log tells of the same two.
/// </summary>
internal static class Graph
{
    /// <summary>Logs of two sides arrive at different times: a small difference means nothing.</summary>
    private const double Clearly = 1.2;

    public static MeshTopology Topology(Collector collector, TimeSpan length)
    {
        var (tallies, seconds) = collector.Window.Last(length);
        var edges = Edges(tallies);
        return new MeshTopology
        {
            Time = collector.Clock.GetUtcNow(),
            Seconds = Math.Round(seconds, 1),
            Services = Services(edges, seconds),
            Calls = [.. edges.Select(edge => Call(edge, seconds))],
        };
    }

    /// <summary>Null when no such service called or was called.</summary>
    public static ServiceMetrics? Metrics(Collector collector, string service, TimeSpan length, int points)
    {
        var (tallies, seconds) = collector.Window.Last(length);
        var edges = Edges(tallies);
        if (Services(edges, seconds).FirstOrDefault(one => one.Id == service) is not { } found)
            return null;
        var step = TimeSpan.FromTicks(Math.Max(collector.Window.Options.Slot.Ticks, collector.Window.Options.Length.Ticks / points));
        return new ServiceMetrics
        {
            Time = collector.Clock.GetUtcNow(),
            Seconds = Math.Round(seconds, 1),
            Service = found,
            Workloads = Workloads(tallies, edges, service, seconds),
            Callers = [.. edges.Where(edge => edge.To == service).Select(edge => Call(edge, seconds))],
            Calls = [.. edges.Where(edge => edge.From == service).Select(edge => Call(edge, seconds))],
            Points =
            [
                .. collector.Window.Stretches(step, key => key.To.Service == service)
                    .Select(stretch => new MetricPoint(stretch.From, stretch.Seconds, Sum(Edges(stretch.Tallies)).Over(stretch.Seconds))),
            ],
        };
    }

    internal sealed record Edge(string From, string To, View View, Tally Tally, Tally? Told, IReadOnlyList<CallKey> Keys);

    internal static IReadOnlyList<Edge> Edges(IReadOnlyDictionary<CallKey, Tally> tallies) =>
    [
        .. from tally in tallies
           group tally by (From: tally.Key.From.Service, To: tally.Key.To.Service) into pair
           orderby pair.Key.From, pair.Key.To
           select Chosen(pair.Key.From, pair.Key.To, [.. pair]),
    ];

    private static Edge Chosen(string from, string to, IReadOnlyList<KeyValuePair<CallKey, Tally>> all)
    {
        var (caller, callee) = (Of(View.CallerLog), Of(View.CalleeLog));
        var view = (caller.Calls, callee.Calls) switch
        {
            (0, 0) => Of(View.CallerSpan).Calls > 0 ? View.CallerSpan : View.CalleeSpan,
            var (mine, theirs) => theirs > mine * Clearly ? View.CalleeLog : View.CallerLog,
        };
        return new Edge(from, to, view, Of(view), callee.Calls > 0 ? callee : null, [.. all.Select(pair => pair.Key)]);

        Tally Of(View wanted) => all.Where(pair => pair.Key.View == wanted).Select(pair => pair.Value).Aggregate(new Tally(), (sum, one) =>
        {
            sum.Add(one);
            return sum;
        });
    }

    private static List<TopologyService> Services(IReadOnlyList<Edge> edges, double seconds)
    {
        var ends = edges.SelectMany(edge => edge.Keys).SelectMany(key => new[] { key.From, key.To }).Distinct().ToLookup(end => end.Service);
        return
        [
            .. from end in ends
               let one = end.First()
               orderby end.Key
               select new TopologyService
               {
                   Id = end.Key, Namespace = one.Namespace, App = one.App, Vm = one.Place == Place.Vm, Outside = one.Place == Place.Outside,
                   Versions = [.. end.Select(workload => workload.Version).Where(version => version.Length > 0).Distinct().Order(StringComparer.Ordinal)],
                   Inbound = Sum(edges.Where(edge => edge.To == end.Key)).Over(seconds),
               },
        ];
    }

    // The callee knows best which of its workloads was called: a caller behind a gateway does not.
    private static List<WorkloadTraffic> Workloads(IReadOnlyDictionary<CallKey, Tally> tallies, IReadOnlyList<Edge> edges, string service, double seconds) =>
    [
        .. from edge in edges
           where edge.To == service
           let view = edge.Told is null ? edge.View : View.CalleeLog
           from key in edge.Keys
           where key.View == view
           group tallies[key] by key.To into workload
           orderby workload.Key.Name, workload.Key.Version
           select new WorkloadTraffic(workload.Key.Name, workload.Key.Version, workload.Key.Place == Place.Vm, Sum(workload).Over(seconds)),
    ];

    private static TopologyCall Call(Edge edge, double seconds) => new()
    {
        From = edge.From,
        To = edge.To,
        Traffic = edge.Tally.Over(seconds),
        MutualTls = edge.Told switch { null => "unknown", { Plain: 0 } => "all", { Protected: 0 } => "none", _ => "some" },
        Seen = edge.View switch { View.CallerLog => "caller", View.CalleeLog => "callee", _ => "traces" },
    };

    private static Tally Sum(IEnumerable<Edge> edges) => Sum(edges.Select(edge => edge.Tally));

    private static Tally Sum(IEnumerable<Tally> tallies)
    {
        var sum = new Tally();
        foreach (var tally in tallies)
            sum.Add(tally);
        return sum;
    }
}
