using System.Security.Cryptography;

namespace Embark.Kubernetes.Transport;

/// <summary>How long to wait before the next try, within a budget of time.</summary>
internal sealed class RetryPause(KubernetesClientOptions options)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private readonly long _start = options.Time.GetTimestamp();
    private TimeSpan _next = options.RetryPause;

    /// <summary>Number of tries that were made after the first.</summary>
    public int Retries { get; private set; }

    /// <summary>Null when the budget is spent, or does not reach as far as the server asks.</summary>
    public TimeSpan? Next(TimeSpan? retryAfter)
    {
        var pause = Jitter(_next);
        if (retryAfter > pause)
            pause = retryAfter.Value;
        if (options.Time.GetElapsedTime(_start) + pause > options.RetryBudget)
            return null;
        Retries++;
        _next = _next * 2 < Longest ? _next * 2 : Longest;
        return pause;
    }

    /// <summary>Drawn from the upper half, so that many clients that failed together do not come back together.</summary>
    public static TimeSpan Jitter(TimeSpan pause) => pause * (0.5 + RandomNumberGenerator.GetInt32(0, 1001) / 2000.0);
}
