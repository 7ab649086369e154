namespace Embark.Cli.Output;

/// <summary>Says when this machine's clock and the cluster's differ: tokens and certificates are judged by the cluster's (fault matrix row 25).</summary>
internal static class ClockWarning
{
    private static readonly TimeSpan Noticeable = TimeSpan.FromSeconds(30);

    /// <param name="ahead">How far the cluster's clock is ahead; null where it is not known.</param>
    /// <param name="terminal">Told.</param>
    public static void Tell(TimeSpan? ahead, Terminal terminal)
    {
        if (ahead is not { } skew || skew.Duration() <= Noticeable) return;
        // The header has whole seconds, and an answer takes its time.
        var time = TimeSpan.FromSeconds(Math.Round(skew.Duration().TotalSeconds / 10) * 10);
        var said = time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes} min" : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";
        terminal.Warning($"the clock of the cluster's API server is {said} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} this machine's");
        terminal.Error.WriteLine("    fix: turn on time synchronisation where the clock is wrong: tokens and certificates are judged by the cluster's");
    }
}
