using Embark.Controller.Telemetry;

namespace Embark.Controller.Tests.Telemetry;

public sealed class BoundedWindow
{
    private readonly SetClock _clock = new();

    [Fact(Timeout = 15_000)]
    public void What_is_older_than_the_window_is_gone()
    {
        var window = new TrafficWindow(new WindowOptions(), _clock);
        window.Add([Between(1, 2)]);
        _clock.Now += TimeSpan.FromMinutes(59);
        Assert.Single(window.Last(TimeSpan.FromHours(1)).Tallies);

        _clock.Now += TimeSpan.FromMinutes(2);
        window.Add([Between(3, 4)]);
        Assert.Equal(Between(3, 4).Key, Assert.Single(window.Last(TimeSpan.FromHours(1)).Tallies).Key);
        Assert.Equal(1, window.Size);
    }

    [Fact(Timeout = 15_000)]
    public void Too_many_pairs_shorten_the_window_and_then_are_left_out_and_counted()
    {
        var window = new TrafficWindow(new WindowOptions { MostTallies = 100, MostTotals = 50 }, _clock);
        window.Add([.. Enumerable.Range(0, 80).Select(n => Between(n, n + 1))]);
        _clock.Now += TimeSpan.FromSeconds(10);
        window.Add([.. Enumerable.Range(0, 120).Select(n => Between(n, n + 1))]);

        Assert.Equal((100, 1, 20), (window.Size, window.Shortened, window.Left));
        Assert.Equal(50, window.Totals().Count);
    }

    [Fact(Timeout = 15_000)]
    public void Rates_are_over_the_time_that_was_seen()
    {
        var window = new TrafficWindow(new WindowOptions(), _clock);
        _clock.Now += TimeSpan.FromSeconds(10);
        window.Add([Between(1, 2)]);
        Assert.InRange(window.Last(TimeSpan.FromMinutes(5)).Seconds, 10, 15);

        _clock.Now += TimeSpan.FromMinutes(30);
        Assert.InRange(window.Last(TimeSpan.FromMinutes(5)).Seconds, 295, 300);
    }

    [Fact(Timeout = 15_000)]
    public void Silent_pairs_lose_their_counters()
    {
        var window = new TrafficWindow(new WindowOptions(), _clock);
        window.Add([Between(1, 2)]);
        Assert.Single(window.Totals());
        _clock.Now += TimeSpan.FromHours(2);
        Assert.Empty(window.Totals());
    }

    [Theory(Timeout = 15_000), InlineData(0, 0), InlineData(0.25, 0), InlineData(0.26, 1), InlineData(1, 4), InlineData(100_000_000, LatencyBuckets.Count - 1)]
    public void Latencies_fall_into_their_class(double milliseconds, int expected) => Assert.Equal(expected, LatencyBuckets.Of(TimeSpan.FromMilliseconds(milliseconds)));

    private static Call Between(int from, int to) => new(new CallKey(View.CallerLog, Some(from), Some(to)));

    private static Workload Some(int number) => new("shop", $"w-{number}", $"app-{number}", "v1", Place.Cluster);
}
