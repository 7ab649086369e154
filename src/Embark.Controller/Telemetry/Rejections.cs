using System.Collections.Concurrent;

namespace Embark.Controller.Telemetry;

/// <summary>What was taken and what was not, by reason. Reasons are our own words, so there are few.</summary>
internal sealed class Rejections
{
    private readonly ConcurrentDictionary<string, long> _left = new(StringComparer.Ordinal);
    private long _entries;
    private long _spans;

    public long Entries => Interlocked.Read(ref _entries);

    public long Spans => Interlocked.Read(ref _spans);

    public IEnumerable<KeyValuePair<string, long>> ByReason => _left.OrderBy(pair => pair.Key, StringComparer.Ordinal);

    public void TookEntries(int count) => Interlocked.Add(ref _entries, count);

    public void TookSpans(int count) => Interlocked.Add(ref _spans, count);

    public void Left(string reason, long count = 1) => _left.AddOrUpdate(reason, count, (_, before) => before + count);

    public long Of(string reason) => _left.GetValueOrDefault(reason);
}

/// <summary>Why something that was sent is not counted.</summary>
internal static class Reasons
{
    public const string Malformed = "malformed";
    public const string UnknownProxy = "unknown_proxy";
    public const string HealthProbe = "health_probe";
    public const string PassedThrough = "passed_through";
    public const string NoDestination = "no_destination";
    public const string NotAnEnd = "not_an_end";
    public const string Unpaired = "unpaired_span";
    public const string OwnTraffic = "own_traffic";
}
