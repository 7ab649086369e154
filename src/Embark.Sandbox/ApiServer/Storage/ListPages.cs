using System.Collections.Concurrent;
using System.Text;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>
/// Pages of a list are cut from one snapshot, so that a reader sees one moment. The continue token names the snapshot and a place
/// in it; the oldest snapshots are forgotten, and their tokens get 410, as after a compaction of etcd.
/// </summary>
internal sealed class ListPages
{
    private const int Kept = 64;

    private readonly ConcurrentDictionary<string, Snapshot> _snapshots = new();
    private readonly ConcurrentQueue<string> _order = new();

    public ListPage First(IReadOnlyList<StoredObject> items, long version, int limit)
    {
        if (limit <= 0 || items.Count <= limit)
            return new(items, version, null, 0);
        var id = Guid.NewGuid().ToString("N");
        _snapshots[id] = new(items, version);
        _order.Enqueue(id);
        while (_order.Count > Kept && _order.TryDequeue(out var oldest))
            _snapshots.TryRemove(oldest, out _);
        return Cut(id, _snapshots[id], 0, limit);
    }

    /// <summary>Null when the token is not ours, or its snapshot is forgotten.</summary>
    public ListPage? Next(string token, int limit)
    {
        Span<byte> bytes = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, bytes, out var length))
            return null;
        var parts = Encoding.UTF8.GetString(bytes[..length]).Split('/');
        return parts.Length == 2 && int.TryParse(parts[1], out var offset) && _snapshots.TryGetValue(parts[0], out var snapshot)
            ? Cut(parts[0], snapshot, offset, limit <= 0 ? int.MaxValue : limit)
            : null;
    }

    public void Forget() => _snapshots.Clear();

    private static ListPage Cut(string id, Snapshot snapshot, int offset, int limit)
    {
        var count = Math.Min(limit, snapshot.Items.Count - offset);
        var end = offset + count;
        var rest = snapshot.Items.Count - end;
        var token = rest > 0 ? Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}/{end}")) : null;
        return new([.. snapshot.Items.Skip(offset).Take(count)], snapshot.Version, token, rest);
    }

    private sealed record Snapshot(IReadOnlyList<StoredObject> Items, long Version);
}

/// <summary>One page of a list; the token of the next page is null at the end, and so many objects remain after this page.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long Version, string? Continue, int Remaining);
