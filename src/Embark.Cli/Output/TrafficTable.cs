using System.Globalization;
using Embark.Telemetry;

namespace Embark.Cli.Output;

/// <summary>Traffic for people.</summary>
internal static class TrafficTable
{
    public const string HowToSend = "ask something of the mesh, and look again; where proxies send nothing yet, embark mesh-expansion enable --apply-telemetry makes them";

    private static readonly string[] s_figures = ["REQUESTS/S", "FAILED", "P50", "P90", "P99"];

    public static void Write(Terminal terminal, MeshTopology topology)
    {
        if (topology.Calls.Count == 0)
        {
            terminal.Error.WriteLine($"No calls were seen in the last {Seconds(topology.Seconds)}.");
            terminal.Error.WriteLine($"    fix: {HowToSend}");
            return;
        }
        Calls(terminal.Out, topology.Calls, topology);
        terminal.Error.WriteLine($"In the last {Seconds(topology.Seconds)}.");
    }

    public static void Write(Terminal terminal, ServiceMetrics metrics, MeshTopology topology)
    {
        var output = terminal.Out;
        Columns.Write(output, ["WORKLOAD", "VERSION", .. s_figures], metrics.Workloads.Select(one => (string[])[Or(one.Workload, "unknown") + Mark(one.Vm), Or(one.Version, "-"), .. Figures(one.Inbound)])
            .Append(["all", Or(string.Join(',', metrics.Service.Versions), "-"), .. Figures(metrics.Service.Inbound)]));
        foreach (var calls in new[] { metrics.Callers, metrics.Calls }.Where(calls => calls.Count > 0))
        {
            output.WriteLine();
            Calls(output, calls, topology);
        }
        terminal.Error.WriteLine($"{metrics.Service.Id}, in the last {Seconds(metrics.Seconds)}.");
    }

    private static void Calls(TextWriter output, IEnumerable<TopologyCall> calls, MeshTopology topology)
    {
        var names = topology.Services.DistinctBy(service => service.Id).ToDictionary(service => service.Id, service =>
            (topology.Services.Where(other => other.App == service.App).Select(other => other.Namespace).Distinct().Count() == 1 ? service.App : $"{service.App}.{service.Namespace}") + Mark(service.Vm));
        Columns.Write(output, ["CALLER", "CALLED", .. s_figures, "MTLS"], calls.Select(call => (string[])
            [names.GetValueOrDefault(call.From, call.From), names.GetValueOrDefault(call.To, call.To), .. Figures(call.Traffic), call.MutualTls]));
    }

    private static string Mark(bool vm) => vm ? " (VM)" : "";

    private static string[] Figures(Traffic traffic) => traffic is { RequestsPerSecond: 0, ConnectionsPerSecond: > 0 }
        ? [$"{Number(traffic.ConnectionsPerSecond)} connections", Share(traffic.FailedConnectionShare), "-", "-", "-"]
        : [Number(traffic.RequestsPerSecond), Share(traffic.ErrorShare), Time(traffic.P50Milliseconds), Time(traffic.P90Milliseconds), Time(traffic.P99Milliseconds)];

    private static string Number(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    private static string Share(double value) => (value * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Time(double? milliseconds) => milliseconds is { } time ? time.ToString(time < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms" : "-";

    private static string Seconds(double seconds) => seconds.ToString("0", CultureInfo.InvariantCulture) + " s";

    private static string Or(string text, string otherwise) => text.Length > 0 ? text : otherwise;
}
