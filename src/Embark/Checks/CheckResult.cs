namespace Embark.Checks;

/// <summary>How one check ended.</summary>
public enum CheckOutcome
{
    /// <summary>Seen to be right.</summary>
    Ok,

    /// <summary>Not proved, or unusual; nothing is broken by it.</summary>
    Warning,

    /// <summary>Seen to be wrong.</summary>
    Failed,

    /// <summary>Not looked at, because something before it failed or it does not apply.</summary>
    Skipped,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Title">What, in words for people.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Seen">What was seen; safe for a terminal.</param>
/// <param name="Fix">The next thing to do; null where there is nothing to do.</param>
public sealed record CheckResult(string Title, CheckOutcome Outcome, string Seen, string? Fix = null)
{
    internal static CheckResult Ok(string title, string seen) => new(title, CheckOutcome.Ok, seen);

    internal static CheckResult Warning(string title, string seen, string fix) => new(title, CheckOutcome.Warning, seen, fix);

    internal static CheckResult Failed(string title, string seen, string fix) => new(title, CheckOutcome.Failed, seen, fix);

    internal static CheckResult Skipped(string title, string why) => new(title, CheckOutcome.Skipped, why);
}
