namespace Embark.Telemetry;

/// <summary>Rates, errors and latency of requests and connections.</summary>
public sealed record Traffic
{
    /// <summary>Requests a second.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Share of requests that failed, 0 to 1: answers from 500 up, and those without an answer.</summary>
    public required double ErrorShare { get; init; }

    /// <summary>Half of the requests took at most this long, in milliseconds; null without requests.</summary>
    public double? P50Milliseconds { get; init; }

    /// <summary>Nine of ten.</summary>
    public double? P90Milliseconds { get; init; }

    /// <summary>99 of a hundred.</summary>
    public double? P99Milliseconds { get; init; }

    /// <summary>Ended TCP connections a second.</summary>
    public double ConnectionsPerSecond { get; init; }

    /// <summary>Share of TCP connections that failed, 0 to 1.</summary>
    public double FailedConnectionShare { get; init; }

    /// <summary>Bytes of bodies and connections a second, both directions.</summary>
    public double BytesPerSecond { get; init; }
}
