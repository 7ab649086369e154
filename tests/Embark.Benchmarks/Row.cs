namespace Embark.Benchmarks;

/// <summary>One line of the table: what was run how often, and what it is held against.</summary>
internal sealed record Row(string What, IReadOnlyList<Measured> Runs)
{
    /// <summary>The measure of the same run; null for none.</summary>
    public Row? Against { get; init; }

    /// <summary>What is wanted, for the reader; nothing is asserted.</summary>
    public string Wanted { get; init; } = "";

    /// <summary>True: a run's time is that of one operation, and operations a second are shown; more is better.</summary>
    public bool Rate { get; init; }

    public TimeSpan Median => MedianOf(Runs.Select(run => run.Time));

    /// <summary>Run by run, since a shared machine drifts: the median of the ratios, not the ratio of the medians. Of rates the inverse.</summary>
    private double? Ratio => Against is null ? null
        : Against.Runs.Count == Runs.Count ? MedianOf(Runs.Zip(Against.Runs, (own, other) => Rate ? other.Time / own.Time : own.Time / other.Time))
        : Rate ? Against.Median / Median : Median / Against.Median;

    public static async Task<Row> OfAsync(string what, int times, Func<Task<Measured>> run) => (await InTurnAsync(times, (what, run)))[0];

    /// <summary>Runs several things in turn, so that they meet the same machine.</summary>
    public static async Task<IReadOnlyList<Row>> InTurnAsync(int times, params IReadOnlyList<(string What, Func<Task<Measured>> Run)> things)
    {
        foreach (var (what, _) in things) Console.Error.WriteLine($"  {what} ...");
        var runs = things.Select(_ => new List<Measured>()).ToList();
        for (var i = 0; i < times; i++)
            for (var at = 0; at < things.Count; at++) runs[at].Add(await things[at].Run());
        return [.. things.Select((thing, at) => new Row(thing.What, runs[at]))];
    }

    public static void Print(IEnumerable<Row> rows)
    {
        string[][] cells =
        [
            ["What", "Runs", "Median", "Least", "Peak", "Ratio", "Held against", "Wanted"],
            .. rows.Select(row => new[]
            {
                row.What, $"{row.Runs.Count}", row.Shown(row.Median), row.Shown(row.Runs.Min(run => run.Time)),
                row.Runs.Max(run => run.PeakBytes) is > 0 and var peak ? $"{peak / 1e6:0} MB" : "", row.Ratio is { } ratio ? $"{ratio:0.00}" : "", row.Against?.What ?? "", row.Wanted,
            }),
        ];
        foreach (var row in cells)
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(cells.Max(other => other[column].Length)))).TrimEnd());
    }

    private string Shown(TimeSpan time) => Rate ? $"{1 / time.TotalSeconds:0}/s" : $"{time.TotalSeconds:0.000} s";

    private static T MedianOf<T>(IEnumerable<T> values) => values.Order().ToList() is var sorted ? sorted[sorted.Count / 2] : default!;
}
