namespace Embark.Controller.Telemetry;

/// <summary>
/// Latencies in classes that grow by the square root of two, from a quarter of a millisecond to three minutes: a
/// percentile is then good to a few per cent, in 40 counters.
/// </summary>
internal static class LatencyBuckets
{
    public const int Count = 40;

    private const double First = 0.25;

    /// <summary>Upper bounds in milliseconds; the last has none.</summary>
    private static readonly double[] s_bounds = [.. Enumerable.Range(0, Count - 1).Select(n => First * Math.Pow(2, n / 2.0))];

    /// <summary>Upper bounds in milliseconds; the last class has none and is left out.</summary>
    public static ReadOnlySpan<double> Bounds => s_bounds;

    public static int Of(TimeSpan duration)
    {
        var milliseconds = duration.TotalMilliseconds;
        if (!(milliseconds > First))
            return 0;
        var at = (int)Math.Ceiling(Math.Log2(milliseconds / First) * 2);
        if (at < s_bounds.Length && at > 0 && milliseconds <= s_bounds[at - 1])
            at--; // rounding of the logarithm
        return Math.Min(at, Count - 1);
    }

    /// <summary>The time in milliseconds that a share of the requests stayed below; null without requests.</summary>
    public static double? Percentile(ReadOnlySpan<long> counts, double share)
    {
        long all = 0;
        foreach (var count in counts)
            all += count;
        if (all == 0)
            return null;
        var rank = share * all;
        double before = 0;
        for (var at = 0; at < Count; at++)
        {
            if (counts[at] > 0 && before + counts[at] >= rank)
            {
                var low = at == 0 ? 0 : s_bounds[at - 1];
                var high = at < s_bounds.Length ? s_bounds[at] : low * Math.Sqrt(2);
                return Math.Round(low + ((high - low) * (rank - before) / counts[at]), 3);
            }
            before += counts[at];
        }
        return s_bounds[^1];
    }
}
