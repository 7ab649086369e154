using System.Globalization;
using System.Text;

namespace Embark.Controller.Telemetry;

/// <summary>Counters for scrapers, in Prometheus' text format (version 0.0.4).</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Every fourth class is enough for a scraper; the sums stay exact.</summary>
    private const int EveryNth = 4;

    public static string Of(Collector collector)
    {
        var text = new StringBuilder();
        var totals = collector.Window.Totals();
        Head("embark_requests_total", "counter", "Requests, as caller or callee saw them.");
        foreach (var (key, tally) in totals.Where(total => total.Tally.Requests > 0))
            Line("embark_requests_total", Labels(key), tally.Requests);
        Head("embark_request_errors_total", "counter", "Requests answered with 500 and more, or not at all.");
        foreach (var (key, tally) in totals.Where(total => total.Tally.Requests > 0))
            Line("embark_request_errors_total", Labels(key), tally.Errors);
        Head("embark_request_duration_seconds", "histogram", "How long requests took.");
        foreach (var (key, tally) in totals.Where(total => total.Tally.Latency.Length > 0))
            Histogram(Labels(key), tally);
        Head("embark_connections_total", "counter", "Ended TCP connections.");
        foreach (var (key, tally) in totals.Where(total => total.Tally.Connections > 0))
            Line("embark_connections_total", Labels(key), tally.Connections);

        Head("embark_telemetry_received_total", "counter", "Log entries and spans that came.");
        Line("embark_telemetry_received_total", "kind=\"log\"", collector.Rejections.Entries);
        Line("embark_telemetry_received_total", "kind=\"span\"", collector.Rejections.Spans);
        Head("embark_telemetry_left_out_total", "counter", "What of it was not counted, and why.");
        foreach (var (reason, count) in collector.Rejections.ByReason)
            Line("embark_telemetry_left_out_total", $"reason=\"{reason}\"", count);
        Line("embark_telemetry_left_out_total", "reason=\"too_many_pairs\"", collector.Window.Left);
        Head("embark_telemetry_slots_shortened_total", "counter", "Parts of the window dropped before their time to bound memory.");
        Line("embark_telemetry_slots_shortened_total", "", collector.Window.Shortened);
        Head("embark_telemetry_tallies", "gauge", "Tallies in memory.");
        Line("embark_telemetry_tallies", "", collector.Window.Size);
        return text.ToString();

        void Head(string name, string type, string help) => text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

        void Line(string name, string labels, double value) =>
            text.Append(name).Append(labels.Length > 0 ? $"{{{labels}}}" : "").Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');

        void Histogram(string labels, Tally tally)
        {
            long below = 0;
            for (var at = 0; at < LatencyBuckets.Bounds.Length; at++)
            {
                below += tally.Latency[at];
                if (at % EveryNth == 0)
                    Line("embark_request_duration_seconds_bucket", $"{labels},le=\"{(LatencyBuckets.Bounds[at] / 1000).ToString("0.######", CultureInfo.InvariantCulture)}\"", below);
            }
            var all = below + tally.Latency[^1];
            Line("embark_request_duration_seconds_bucket", $"{labels},le=\"+Inf\"", all);
            Line("embark_request_duration_seconds_sum", labels, tally.Time.TotalSeconds);
            Line("embark_request_duration_seconds_count", labels, all);
        }
    }

    // Names were checked when they came in: nothing in them needs escaping.
    private static string Labels(CallKey key) =>
        $"seen=\"{key.View switch { View.CallerLog => "caller", View.CalleeLog => "callee", View.CallerSpan => "caller_trace", _ => "callee_trace" }}\","
        + $"source_app=\"{key.From.App}\",source_namespace=\"{key.From.Namespace}\",source_workload=\"{key.From.Name}\",source_version=\"{key.From.Version}\",source_vm=\"{Vm(key.From)}\","
        + $"app=\"{key.To.App}\",namespace=\"{key.To.Namespace}\",workload=\"{key.To.Name}\",version=\"{key.To.Version}\",vm=\"{Vm(key.To)}\"";

    private static string Vm(Workload workload) => workload.Place == Place.Vm ? "true" : "false";
}
