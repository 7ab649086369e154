using Embark.Controller.Telemetry;
using Embark.Controller.Telemetry.Spans;
using Embark.Controller.Telemetry.Protos;

namespace Embark.Controller.Tests.Telemetry;

public sealed class ServiceGraph
{
    private static readonly StreamAccessLogsMessage.Types.Identifier s_page = Samples.Proxy("productpage-v1-0", "productpage", "v1", "10.4.0.14");
    private static readonly StreamAccessLogsMessage.Types.Identifier s_reviews = Samples.Proxy("reviews-v2-0", "reviews", "v2", "10.4.0.22");
    private static readonly StreamAccessLogsMessage.Types.Identifier s_vm = Samples.Proxy("ratings-vm", "ratings", "v3", "10.128.0.2");
    private readonly SetClock _clock = new();

    [Fact(Timeout = 15_000)]
    public void A_call_that_both_sides_tell_of_is_counted_once_and_the_callee_knows_of_its_protection()
    {
        var collector = Samples.Collector(_clock);
        _clock.Now += TimeSpan.FromSeconds(60);
        collector.Send(s_reviews, Enumerable.Repeat(Samples.Outbound("ratings", "10.128.0.2"), 30));
        collector.Send(s_vm, Enumerable.Repeat(Samples.Inbound("10.4.0.22", "bookinfo-reviews"), 30));

        var call = Assert.Single(Graph.Topology(collector, TimeSpan.FromSeconds(60)).Calls);
        Assert.Equal(("reviews.bookinfo", "ratings.bookinfo@vm", "all", "caller"), (call.From, call.To, call.MutualTls, call.Seen));
        Assert.InRange(call.Traffic.RequestsPerSecond, 0.49, 0.6);
    }

    [Fact(Timeout = 15_000)]
    public void The_vm_is_marked_as_one_and_versions_are_listed()
    {
        var collector = Samples.Collector(_clock);
        collector.Send(s_page, Samples.Outbound("reviews", "10.4.0.12"), Samples.Outbound("reviews", "10.4.0.22"), Samples.Outbound("details", "10.4.0.13"));
        collector.Send(s_reviews, Samples.Outbound("ratings", "10.128.0.2"));

        var services = Graph.Topology(collector, TimeSpan.FromMinutes(1)).Services.ToDictionary(service => service.Id);
        Assert.Equal(["details.bookinfo", "productpage.bookinfo", "ratings.bookinfo@vm", "reviews.bookinfo"], services.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["v1", "v2"], services["reviews.bookinfo"].Versions);
        Assert.True(services["ratings.bookinfo@vm"].Vm);
        Assert.False(services["reviews.bookinfo"].Vm);
    }

    [Fact(Timeout = 15_000)]
    public void Errors_are_answers_from_500_and_calls_without_an_answer()
    {
        var collector = Samples.Collector(_clock);
        var cut = Samples.Outbound("details", "10.4.0.13", 0);
        cut.CommonProperties.ResponseFlags = new ResponseFlags { UpstreamConnectionFailure = true };
        var left = Samples.Outbound("details", "10.4.0.13", 0); // the caller went away: nobody's fault upstream
        collector.Send(s_page, cut, left, Samples.Outbound("details", "10.4.0.13", 503), Samples.Outbound("details", "10.4.0.13", 404));

        Assert.Equal(0.5, Assert.Single(Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls).Traffic.ErrorShare);
    }

    [Fact(Timeout = 15_000)]
    public void Percentiles_are_good_to_a_fifth()
    {
        var collector = Samples.Collector(_clock);
        collector.Send(s_page, Enumerable.Range(1, 1000).Select(n => Samples.Outbound("details", "10.4.0.13", milliseconds: n)));

        var traffic = Assert.Single(Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls).Traffic;
        Assert.InRange(traffic.P50Milliseconds!.Value, 400, 600);
        Assert.InRange(traffic.P90Milliseconds!.Value, 720, 1080);
        Assert.InRange(traffic.P99Milliseconds!.Value, 792, 1200);
    }

    [Fact(Timeout = 15_000)]
    public void A_caller_behind_a_gateway_is_known_by_its_certificate_and_the_vm_where_the_account_is_shared()
    {
        var collector = Samples.Collector(_clock);
        collector.Known.Replace(
        [
            Samples.Known("ratings-vm", "bookinfo-ratings", "10.128.0.2", "ratings", "v3", Place.Vm),
            Samples.Known("ratings-v1-0", "bookinfo-ratings", "10.4.0.11", "ratings", "v1", Place.Cluster),
        ], []);
        collector.Send(s_reviews, Samples.Inbound("10.4.100.1", "bookinfo-ratings"), Samples.Inbound("10.4.0.11", "bookinfo-ratings"), Samples.Inbound("10.9.9.9", null));

        Assert.Equal(
            [("outside", "none"), ("ratings.bookinfo", "all"), ("ratings.bookinfo@vm", "all")],
            Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls.Select(call => (call.From, call.MutualTls)));
    }

    [Fact(Timeout = 15_000)]
    public void A_gateway_is_no_caller_in_traces()
    {
        var collector = Samples.Collector(_clock);
        var reviews = new Workload("bookinfo", "reviews-v1-0", "reviews", "v1", Place.Cluster);
        var span = new Span { TraceId = "aa", Id = "c2", ParentId = "c1", IsClient = false, Workload = reviews, Peer = "10.4.100.1" };
        collector.Known.Replace([Samples.Known("vmgateway-0", "vmgateway", "10.4.100.1", "vmgateway", "", Place.Cluster), Samples.Known("cronjob-0", "cronjob", "10.4.0.99", "cronjob", "", Place.Cluster)], []);
        collector.Meet(Samples.Proxy("vmgateway-0", "vmgateway", "", "10.4.100.1"));

        collector.Take([span]);
        Assert.Equal(1, collector.Rejections.Of(Reasons.Unpaired));
        Assert.Empty(Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls);

        // A caller without a proxy is known by its address.
        collector.Take([span with { Peer = "10.4.0.99" }]);
        Assert.Equal("cronjob.bookinfo", Assert.Single(Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls).From);
    }

    [Fact(Timeout = 15_000)]
    public void Health_probes_and_what_a_gateway_passes_on_are_left_out_and_counted()
    {
        var collector = Samples.Collector(_clock);
        var passed = Samples.Outbound("reviews", "10.4.0.12");
        passed.CommonProperties.UpstreamCluster = "outbound_.9080_._.reviews.bookinfo.svc.cluster.local";
        var started = Samples.Outbound("reviews", "10.4.0.12");
        started.CommonProperties.AccessLogType = 4;
        collector.Send(s_vm, Samples.Inbound("127.0.0.6", null, agent: "istio-probe/1.0"), passed, started);

        Assert.Empty(Graph.Topology(collector, TimeSpan.FromMinutes(1)).Calls);
        Assert.Equal((1, 1, 1), (collector.Rejections.Of(Reasons.HealthProbe), collector.Rejections.Of(Reasons.PassedThrough), collector.Rejections.Of(Reasons.NotAnEnd)));
    }

    [Fact(Timeout = 15_000)]
    public void Metrics_of_a_service_show_its_workloads_neighbours_and_past()
    {
        var collector = Samples.Collector(_clock);
        collector.Send(s_page, Samples.Outbound("reviews", "10.4.0.12"), Samples.Outbound("reviews", "10.4.0.22", 500));
        _clock.Now += TimeSpan.FromMinutes(10);
        collector.Send(s_page, Samples.Outbound("reviews", "10.4.0.12"), Samples.Outbound("reviews", "10.4.0.22"));
        collector.Send(s_reviews, Samples.Outbound("ratings", "10.128.0.2"));

        var metrics = Graph.Metrics(collector, "reviews.bookinfo", TimeSpan.FromMinutes(20), points: 60)!;
        Assert.Equal([("reviews-v1-0", "v1", 0d), ("reviews-v2-0", "v2", 0.5)], metrics.Workloads.Select(one => (one.Workload, one.Version, one.Inbound.ErrorShare)));
        Assert.Equal(["productpage.bookinfo"], metrics.Callers.Select(call => call.From));
        Assert.Equal(["ratings.bookinfo@vm"], metrics.Calls.Select(call => call.To));
        Assert.Equal(11, metrics.Points.Count);
        Assert.Equal([0, 10], Enumerable.Range(0, 11).Where(at => metrics.Points[at].Inbound.RequestsPerSecond > 0));
        Assert.Null(Graph.Metrics(collector, "nobody.bookinfo", TimeSpan.FromMinutes(20), points: 60));
    }

    [Fact(Timeout = 15_000)]
    public void Names_that_are_none_do_not_get_in()
    {
        var collector = Samples.Collector(_clock);
        collector.Send(Samples.Proxy("evil\"} 1\nx", "<script>", "v1", "10.4.0.99"), Samples.Outbound("reviews", "10.4.0.12"));
        collector.Send(s_page, Samples.Outbound("<script>", "10.4.0.12"));

        var topology = Graph.Topology(collector, TimeSpan.FromMinutes(1));
        Assert.All(topology.Services, service => Assert.DoesNotContain('<', service.Id));
        Assert.Equal(1, collector.Rejections.Of(Reasons.UnknownProxy));
        Assert.DoesNotContain("<", PrometheusText.Of(collector), StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public void Scrapers_get_counters_and_a_histogram()
    {
        var collector = Samples.Collector(_clock);
        collector.Send(s_reviews, Samples.Outbound("ratings", "10.128.0.2"), Samples.Outbound("ratings", "10.128.0.2", 500));

        var lines = PrometheusText.Of(collector).Split('\n');
        const string Labels = "seen=\"caller\",source_app=\"reviews\",source_namespace=\"bookinfo\",source_workload=\"reviews-v2-0\",source_version=\"v2\",source_vm=\"false\","
            + "app=\"ratings\",namespace=\"bookinfo\",workload=\"ratings-vm\",version=\"v3\",vm=\"true\"";
        Assert.Contains($"embark_requests_total{{{Labels}}} 2", lines);
        Assert.Contains($"embark_request_errors_total{{{Labels}}} 1", lines);
        Assert.Contains($"embark_request_duration_seconds_bucket{{{Labels},le=\"+Inf\"}} 2", lines);
        Assert.Contains("embark_telemetry_received_total{kind=\"log\"} 2", lines);
    }
}
