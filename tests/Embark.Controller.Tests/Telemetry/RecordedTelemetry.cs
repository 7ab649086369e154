using Embark.Controller.Telemetry;
using Embark.Controller.Telemetry.Protos;
using Embark.Controller.Telemetry.Spans;

namespace Embark.Controller.Tests.Telemetry;

/// <summary>What real Envoys behind a real istiod 1.30.3 sent.</summary>
public sealed class RecordedTelemetry
{
    [Fact(Timeout = 15_000)]
    public void Access_logs_make_the_graph_of_the_recorded_mesh()
    {
        var collector = Samples.Collector();
        foreach (var file in Recordings.Files("als-*.pb"))
        {
            var message = StreamAccessLogsMessage.Parser.ParseFrom(File.ReadAllBytes(file));
            collector.Take(message, collector.Meet(message.Identifier));
        }

        var topology = Graph.Topology(collector, TimeSpan.FromMinutes(1));
        Assert.Equal(13, collector.Rejections.Entries);
        Assert.Empty(collector.Rejections.ByReason);
        Assert.Equal(
            [
                ("ratings.bookinfo@vm", "details.bookinfo", "unknown", 1d),
                ("ratings.bookinfo@vm", "reviews.bookinfo", "all", 0),
                ("reviews.bookinfo", "ratings.bookinfo@vm", "all", 0),
            ],
            topology.Calls.Select(call => (call.From, call.To, call.MutualTls, call.Traffic.ErrorShare)));
        Assert.Equal([3, 3], topology.Calls.Skip(1).Select(call => (int)Math.Round(call.Traffic.RequestsPerSecond * topology.Seconds)));
        Assert.Equal(["v1"], topology.Services.Single(service => service.Id == "reviews.bookinfo").Versions);
        Assert.Equal(["v3"], topology.Services.Single(service => service.Vm).Versions);
    }

    [Fact(Timeout = 15_000)]
    public void Spans_make_the_same_graph_where_there_are_no_logs()
    {
        var collector = Samples.Collector();
        foreach (var file in Recordings.Files("zipkin-*.json"))
            collector.Take(ZipkinJson.Read(File.ReadAllBytes(file), collector.Known, collector.Rejections));

        var topology = Graph.Topology(collector, TimeSpan.FromMinutes(1));
        Assert.Equal(0, collector.Rejections.Of(Reasons.Malformed));
        Assert.Equal(
            [("ratings.bookinfo@vm", "details.bookinfo"), ("ratings.bookinfo@vm", "reviews.bookinfo"), ("reviews.bookinfo", "ratings.bookinfo@vm")],
            topology.Calls.Select(call => (call.From, call.To)));
        Assert.All(topology.Calls, call => Assert.Equal("traces", call.Seen));
    }
}

/// <summary>The recordings; tests without them are skipped visibly.</summary>
internal static class Recordings
{
    public static IReadOnlyList<string> Files(string pattern)
    {
        var folder = Folder("reference/real-istio-1.30.3/telemetry");
        Assert.SkipWhen(folder is null, "needs the recorded telemetry (../shared/reference)");
        return [.. Directory.GetFiles(folder!, pattern).Order(StringComparer.Ordinal)];
    }

    /// <summary>Something beside the checkout; null where it is absent.</summary>
    public static string? Folder(string relative)
    {
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (File.Exists(Path.Combine(at, "Embark.slnx")))
                return Path.GetFullPath(Path.Combine(at, "../shared", relative)) is var path && Path.Exists(path) ? path : null;
        return null;
    }
}
