using System.Collections.Concurrent;

namespace Embark.Sandbox.Proxy;

/// <summary>Counters and gauges by Envoy's names.</summary>
internal sealed class Stats
{
    private readonly ConcurrentDictionary<string, StrongBox> _values = new(StringComparer.Ordinal);

    public void Count(string name, long by = 1) => Interlocked.Add(ref Box(name).Value, by);

    public void Set(string name, long value) => Interlocked.Exchange(ref Box(name).Value, value);

    public long Read(string name) => _values.TryGetValue(name, out var box) ? Interlocked.Read(ref box.Value) : 0;

    /// <summary>All that were ever touched, by name.</summary>
    public IEnumerable<(string Name, long Value)> All() => _values.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => (v.Key, Interlocked.Read(ref v.Value.Value)));

    private StrongBox Box(string name) => _values.GetOrAdd(name, _ => new StrongBox());

    private sealed class StrongBox
    {
        public long Value;
    }
}
