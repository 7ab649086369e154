namespace Embark.Controller.Telemetry;

/// <summary>How much is kept.</summary>
internal sealed record WindowOptions
{
    /// <summary>How long. Default: one hour.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What is counted together. Default: five seconds.</summary>
    public TimeSpan Slot { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Tallies in memory, of at most about 500 bytes each; beyond it the oldest slot goes before its time. Default:
    /// 100,000, which is an hour of 138 pairs of workloads that call each other without a pause.
    /// </summary>
    public int MostTallies { get; init; } = 100_000;

    /// <summary>Pairs that have counters for scrapers. Default: 10,000.</summary>
    public int MostTotals { get; init; } = 10_000;
}
