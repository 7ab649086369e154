using Embark.Controller.Dashboard;
using Embark.Controller.Telemetry;
using Embark.Controller.Tests.Telemetry;

namespace Embark.Controller.Tests.Dashboard;

public sealed class QuietMinutes
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact(Timeout = 15_000)]
    public void What_was_called_within_the_hour_stays_on_the_page_and_has_no_traffic()
    {
        var clock = new SetClock();
        var collector = Samples.Collector(clock);
        var quiet = new QuietOnes(collector);
        collector.Send(Samples.Proxy("productpage-v1-0", "productpage", "v1", "10.4.0.14"), Samples.Outbound("details", "10.4.0.13", 503));
        clock.Now += TimeSpan.FromMinutes(2);
        collector.Send(Samples.Proxy("reviews-v2-0", "reviews", "v2", "10.4.0.22"), Samples.Outbound("ratings", "10.128.0.2"));

        var shown = quiet.With(Graph.Topology(collector, s_minute));
        Assert.Equal(["details.bookinfo", "productpage.bookinfo", "ratings.bookinfo@vm", "reviews.bookinfo"], shown.Services.Select(service => service.Id));
        Assert.Equal([("productpage.bookinfo", true), ("reviews.bookinfo", false)], shown.Calls.Select(call => (call.From, call.Traffic.RequestsPerSecond == 0)));
        Assert.Equal(0, shown.Calls[0].Traffic.ErrorShare);

        clock.Now += TimeSpan.FromHours(2);
        Assert.Empty(quiet.With(Graph.Topology(collector, s_minute)).Services);
    }
}
