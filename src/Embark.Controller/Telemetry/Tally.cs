using Embark.Telemetry;

namespace Embark.Controller.Telemetry;

/// <summary>What is counted of calls between the same two.</summary>
internal sealed class Tally
{
    private long[]? _latency;

    public long Requests { get; private set; }

    public long Errors { get; private set; }

    public long Connections { get; private set; }

    public long FailedConnections { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Calls of which the callee said that they were, or were not, protected by mutual TLS.</summary>
    public long Protected { get; private set; }

    public long Plain { get; private set; }

    /// <summary>Sum of all durations.</summary>
    public TimeSpan Time { get; private set; }

    public long Calls => Requests + Connections;

    public ReadOnlySpan<long> Latency => _latency;

    public void Add(in Call call)
    {
        if (call.Connection)
            (Connections, FailedConnections) = (Connections + 1, FailedConnections + (call.Failed ? 1 : 0));
        else
            (Requests, Errors) = (Requests + 1, Errors + (call.Failed ? 1 : 0));
        Bytes += call.Bytes;
        if (call.MutualTls is { } mutual)
            (Protected, Plain) = (Protected + (mutual ? 1 : 0), Plain + (mutual ? 0 : 1));
        if (call.Duration is not { } duration)
            return;
        (_latency ??= new long[LatencyBuckets.Count])[LatencyBuckets.Of(duration)]++;
        Time += duration;
    }

    public void Add(Tally other)
    {
        Requests += other.Requests;
        Errors += other.Errors;
        Connections += other.Connections;
        FailedConnections += other.FailedConnections;
        Bytes += other.Bytes;
        Protected += other.Protected;
        Plain += other.Plain;
        Time += other.Time;
        if (other._latency is not { } theirs)
            return;
        var ours = _latency ??= new long[LatencyBuckets.Count];
        for (var at = 0; at < ours.Length; at++)
            ours[at] += theirs[at];
    }

    public Traffic Over(double seconds) => new()
    {
        RequestsPerSecond = Rounded(Requests / seconds),
        ErrorShare = Requests == 0 ? 0 : Rounded((double)Errors / Requests),
        P50Milliseconds = Percentile(0.5),
        P90Milliseconds = Percentile(0.9),
        P99Milliseconds = Percentile(0.99),
        ConnectionsPerSecond = Rounded(Connections / seconds),
        FailedConnectionShare = Connections == 0 ? 0 : Rounded((double)FailedConnections / Connections),
        BytesPerSecond = Math.Round(Bytes / seconds),
    };

    private double? Percentile(double share) => _latency is null ? null : LatencyBuckets.Percentile(_latency, share);

    private static double Rounded(double value) => Math.Round(value, 4);
}
