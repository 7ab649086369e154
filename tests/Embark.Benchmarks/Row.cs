namespace Embark.Benchmarks;

/// <summary>One line of the table: what was run how often, and what it is held against.</summary>
internal sealed record Row(string What, IReadOnlyList<Measured> Runs)
{
    /// <summary>Name of the measure in the same run; null for none.</summary>
    public string? Against { get; init; }

    /// <summary>Median of the measure.</summary>
    public TimeSpan? Measure { get; init; }

    /// <summary>What is wanted, for the reader; nothing is asserted.</summary>
    public string Wanted { get; init; } = "";

    public TimeSpan Median => Runs.Select(run => run.Time).Order().ElementAt(Runs.Count / 2);

    public Row Than(Row other) => this with { Against = other.What, Measure = other.Median };

    public static async Task<Row> OfAsync(string what, int times, Func<Task<Measured>> run)
    {
        Console.Error.WriteLine($"  {what} ...");
        List<Measured> runs = [];
        for (var i = 0; i < times; i++) runs.Add(await run());
        return new Row(what, runs);
    }

    public static void Print(IEnumerable<Row> rows)
    {
        string[][] cells =
        [
            ["What", "Runs", "Median", "Least", "Peak", "Ratio", "Held against", "Wanted"],
            .. rows.Select(row => new[]
            {
                row.What, $"{row.Runs.Count}", Seconds(row.Median), Seconds(row.Runs.Min(run => run.Time)), $"{row.Runs.Max(run => run.PeakBytes) / 1e6:0} MB",
                row.Measure is { } measure ? $"{row.Median / measure:0.00}" : "", row.Against ?? "", row.Wanted,
            }),
        ];
        foreach (var row in cells)
            Console.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(cells.Max(other => other[column].Length)))).TrimEnd());
    }

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds:0.000} s";
}
