namespace Embark.Kubernetes.Transport;

/// <summary>How far the server's clock is from ours, by the Date header of its answers.</summary>
internal sealed class ServerClock
{
    private long _skewTicks = long.MinValue;

    /// <summary>Positive when the server's clock is ahead; null before the first answer with a date.</summary>
    public TimeSpan? Skew => Interlocked.Read(ref _skewTicks) is var ticks && ticks == long.MinValue ? null : TimeSpan.FromTicks(ticks);

    public void Note(DateTimeOffset sent, DateTimeOffset received, DateTimeOffset? date)
    {
        // The header has whole seconds, cut off: its middle is half a second later.
        if (date is { } theirs)
            Interlocked.Exchange(ref _skewTicks, (theirs + TimeSpan.FromSeconds(0.5) - (sent + (received - sent) / 2)).Ticks);
    }
}
