namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>The last changes in order, for watches that start in the past.</summary>
internal sealed class EventLog(int capacity)
{
    private readonly List<StoreEvent> _events = [];

    /// <summary>Changes up to this version are forgotten: a watch from before it gets 410.</summary>
    public long CompactedTo { get; private set; }

    public void Add(StoreEvent change)
    {
        _events.Add(change);
        if (_events.Count > capacity)
            Forget(_events.Count - (capacity / 2));
    }

    public void Compact(long version) => Forget(After(version), version);

    public IEnumerable<StoreEvent> Since(long version) => _events.Skip(After(version));

    private void Forget(int count, long? version = null)
    {
        CompactedTo = version ?? _events[count - 1].Version;
        _events.RemoveRange(0, count);
    }

    /// <summary>Index of the first change after the version.</summary>
    private int After(long version)
    {
        var (low, high) = (0, _events.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_events[middle].Version <= version)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
