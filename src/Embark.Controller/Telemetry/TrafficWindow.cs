namespace Embark.Controller.Telemetry;

/// <summary>
/// The last hour in memory: slots of a few seconds, each with a tally per pair. Bounded by time and by size; what does
/// not fit is counted. The time of a call is when it was told: clocks of proxies are not ours.
/// </summary>
internal sealed class TrafficWindow(WindowOptions options, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Slot> _slots = [];
    private readonly Dictionary<CallKey, Total> _totals = [];
    private readonly long _began = NumberAt(clock.GetUtcNow(), options.Slot);
    private int _tallies;

    public WindowOptions Options => options;

    /// <summary>Calls that were not counted because there were too many different ones.</summary>
    public long Left { get; private set; }

    /// <summary>Slots that went before their time.</summary>
    public long Shortened { get; private set; }

    public void Add(ReadOnlySpan<Call> calls)
    {
        if (calls.IsEmpty)
            return;
        lock (_lock)
        {
            var slot = Current();
            foreach (ref readonly var call in calls)
            {
                TallyOf(slot, call.Key)?.Add(call);
                TotalOf(slot, call.Key)?.Add(call);
            }
        }
    }

    /// <summary>What was counted in the last <paramref name="length"/>, merged, and the seconds that it covers.</summary>
    public (IReadOnlyDictionary<CallKey, Tally> Tallies, double Seconds) Last(TimeSpan length)
    {
        var now = clock.GetUtcNow();
        var from = Math.Max(NumberAt(now - length, options.Slot) + 1, _began);
        var merged = new Dictionary<CallKey, Tally>();
        lock (_lock)
            for (var at = _slots.Last; at is not null && at.Value.Number >= from; at = at.Previous)
                foreach (var (key, tally) in at.Value.Tallies)
                    Merge(merged, key, tally);
        return (merged, Math.Max(1, (now - TimeOf(from)).TotalSeconds));
    }

    /// <summary>The whole window in stretches of <paramref name="step"/>, oldest first; only pairs that <paramref name="wanted"/> takes.</summary>
    public IReadOnlyList<(DateTimeOffset From, double Seconds, Dictionary<CallKey, Tally> Tallies)> Stretches(TimeSpan step, Func<CallKey, bool> wanted)
    {
        var now = clock.GetUtcNow();
        var slots = Math.Max(1, (long)(step / options.Slot));
        var last = NumberAt(now, options.Slot) / slots;
        var first = Math.Max(NumberAt(now - options.Length, options.Slot) + 1, _began) / slots;
        var stretches = Enumerable.Range(0, (int)(last - first + 1)).Select(_ => new Dictionary<CallKey, Tally>()).ToList();
        lock (_lock)
            foreach (var slot in _slots)
                if (slot.Number / slots - first is >= 0 and var at && at < stretches.Count)
                    foreach (var (key, tally) in slot.Tallies)
                        if (wanted(key))
                            Merge(stretches[(int)at], key, tally);
        return [.. stretches.Select((tallies, at) =>
        {
            var from = TimeOf((first + at) * slots);
            return (from, Math.Clamp((now - from).TotalSeconds, 1, (slots * options.Slot).TotalSeconds), tallies);
        })];
    }

    /// <summary>Counters since the start, for scrapers; a pair that was silent for a whole window is forgotten.</summary>
    public IReadOnlyList<(CallKey Key, Tally Tally)> Totals()
    {
        lock (_lock)
        {
            Forget();
            return [.. _totals.Select(total => (total.Key, Copy(total.Value.Tally)))];
        }
    }

    /// <summary>Tallies in memory.</summary>
    public int Size
    {
        get
        {
            lock (_lock)
                return _tallies;
        }
    }

    private Slot Current()
    {
        var number = NumberAt(clock.GetUtcNow(), options.Slot);
        if (_slots.Last is { } last && last.Value.Number >= number)
            return last.Value;
        while (_slots.First is { } first && first.Value.Number <= number - (long)(options.Length / options.Slot))
            DropOldest();
        return _slots.AddLast(new Slot(number)).Value;
    }

    private Tally? TallyOf(Slot slot, CallKey key)
    {
        if (slot.Tallies.TryGetValue(key, out var tally))
            return tally;
        while (_tallies >= options.MostTallies && _slots.First is { } oldest && oldest.Value != slot)
        {
            DropOldest();
            Shortened++;
        }
        if (_tallies >= options.MostTallies)
        {
            Left++;
            return null;
        }
        _tallies++;
        return slot.Tallies[key] = new Tally();
    }

    private Tally? TotalOf(Slot slot, CallKey key)
    {
        if (!_totals.TryGetValue(key, out var total))
        {
            if (_totals.Count >= options.MostTotals)
                Forget();
            if (_totals.Count >= options.MostTotals)
                return null;
            total = _totals[key] = new Total();
        }
        total.Touched = slot.Number;
        return total.Tally;
    }

    private void Forget()
    {
        var oldest = NumberAt(clock.GetUtcNow() - options.Length, options.Slot);
        foreach (var (key, _) in _totals.Where(total => total.Value.Touched < oldest).ToList())
            _totals.Remove(key);
    }

    private void DropOldest()
    {
        _tallies -= _slots.First!.Value.Tallies.Count;
        _slots.RemoveFirst();
    }

    private DateTimeOffset TimeOf(long number) => new(number * options.Slot.Ticks, TimeSpan.Zero);

    private static long NumberAt(DateTimeOffset time, TimeSpan slot) => time.UtcTicks / slot.Ticks;

    private static void Merge(Dictionary<CallKey, Tally> into, CallKey key, Tally tally)
    {
        if (!into.TryGetValue(key, out var sum))
            into[key] = sum = new Tally();
        sum.Add(tally);
    }

    private static Tally Copy(Tally tally)
    {
        var copy = new Tally();
        copy.Add(tally);
        return copy;
    }

    private sealed class Total
    {
        public Tally Tally { get; } = new();

        public long Touched { get; set; }
    }

    private sealed record Slot(long Number)
    {
        public Dictionary<CallKey, Tally> Tallies { get; } = [];
    }
}
