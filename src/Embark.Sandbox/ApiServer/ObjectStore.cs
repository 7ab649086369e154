using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;

namespace Embark.Sandbox.ApiServer;

using ByName = ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, StoredObject>>;

/// <summary>
/// All objects in memory under one growing version, with one log of changes and a channel per watcher. Reads take a snapshot and
/// never wait for each other. It knows nothing of rules: <see cref="Operations.ObjectOperations"/> is the door for those.
/// </summary>
internal sealed class ObjectStore
{
    /// <summary>Changes that are kept for watches from the past.</summary>
    private const int LogCapacity = 200_000;

    private static readonly ByName _none = ByName.Empty.WithComparers(StringComparer.Ordinal);

    private readonly Lock _lock = new();
    private readonly EventLog _log = new(LogCapacity);
    private readonly Dictionary<GroupResource, List<Watcher>> _watchers = [];
    private readonly Dictionary<string, HashSet<ObjectKey>> _dependents = [];
    private ImmutableDictionary<GroupResource, ByName> _resources = ImmutableDictionary<GroupResource, ByName>.Empty;

    /// <summary>Version of the last change.</summary>
    public long Version
    {
        get
        {
            lock (_lock)
                return field;
        }
        private set;
    } = 1000;

    /// <summary>Versions up to here cannot be watched from any more.</summary>
    public long CompactedTo
    {
        get
        {
            lock (_lock)
                return _log.CompactedTo;
        }
    }

    public StoredObject? Find(GroupResource resource, string @namespace, string name) =>
        _resources.TryGetValue(resource, out var objects) && objects.TryGetValue(@namespace, out var named) ? named.GetValueOrDefault(name) : null;

    /// <summary>Objects of a resource in order of namespace and name; all namespaces when null.</summary>
    public (IEnumerable<StoredObject> Items, long Version) List(GroupResource resource, string? @namespace)
    {
        lock (_lock)
            return (Snapshot(resource, @namespace), Version);
    }

    public IEnumerable<GroupResource> ResourcesWithObjects => _resources.Keys;

    /// <summary>Objects that name this uid as an owner.</summary>
    public IReadOnlyList<ObjectKey> DependentsOf(string uid)
    {
        lock (_lock)
            return _dependents.TryGetValue(uid, out var keys) ? [.. keys] : [];
    }

    /// <summary>
    /// Changes one object while nobody else writes. <paramref name="change"/> gets the current state or null, and returns the
    /// new one, the same JSON for no change, or null for deletion. Returns the last state; null when there was and is none.
    /// </summary>
    public StoredObject? Change(GroupResource resource, string @namespace, string name, Func<StoredObject?, JsonObject?> change)
    {
        lock (_lock)
        {
            var previous = Find(resource, @namespace, name);
            var value = change(previous);
            if (value is null && previous is null)
                return null;
            if (value is not null && ReferenceEquals(value, previous?.Value))
                return previous;

            Version++;
            var last = (value ?? previous!.Value.Copy()).Stamped(Version);
            var current = value is null ? null : last;
            Put(resource, @namespace, name, previous, current);
            Announce(new(Version, resource, previous, current, last));
            return last;
        }
    }

    /// <summary>Follows changes after a version, or from the objects there are now when null.</summary>
    public StoreSubscription Subscribe(GroupResource resource, string? @namespace, long? since)
    {
        lock (_lock)
        {
            if (since < _log.CompactedTo)
                throw Statuses.Expired($"too old resource version: {since} ({_log.CompactedTo})");
            if (since > Version)
                throw Statuses.VersionTooLarge(since.Value, Version);
            var watcher = new Watcher(@namespace, Channel.CreateUnbounded<StoreEvent>(new() { SingleReader = true }));
            if (since is { } version)
                foreach (var change in _log.Since(version).Where(change => change.Resource == resource))
                    watcher.Offer(change);
            if (!_watchers.TryGetValue(resource, out var watchers))
                _watchers[resource] = watchers = [];
            watchers.Add(watcher);
            IReadOnlyList<StoredObject> start = since is null ? [.. Snapshot(resource, @namespace)] : [];
            return new(start, since ?? Version, watcher.Changes.Reader, () => Forget(resource, watcher));
        }
    }

    /// <summary>Forgets all changes so far: continue tokens and watches from the past get 410.</summary>
    public void Compact()
    {
        lock (_lock)
            _log.Compact(Version);
    }

    private IEnumerable<StoredObject> Snapshot(GroupResource resource, string? @namespace)
    {
        var objects = _resources.GetValueOrDefault(resource, _none);
        return @namespace is null
            ? objects.Values.SelectMany(named => named.Values)
            : objects.TryGetValue(@namespace, out var named) ? named.Values : [];
    }

    private void Put(GroupResource resource, string @namespace, string name, StoredObject? previous, StoredObject? current)
    {
        var objects = _resources.GetValueOrDefault(resource, _none);
        var named = objects.GetValueOrDefault(@namespace) ?? ImmutableSortedDictionary<string, StoredObject>.Empty.WithComparers(StringComparer.Ordinal);
        named = current is null ? named.Remove(name) : named.SetItem(name, current);
        objects = named.IsEmpty ? objects.Remove(@namespace) : objects.SetItem(@namespace, named);
        _resources = _resources.SetItem(resource, objects);

        var key = new ObjectKey(resource, @namespace, name);
        foreach (var owner in OwnersOf(previous))
            _dependents.GetValueOrDefault(owner)?.Remove(key);
        foreach (var owner in OwnersOf(current))
            (_dependents.TryGetValue(owner, out var keys) ? keys : _dependents[owner] = []).Add(key);
    }

    private static IEnumerable<string> OwnersOf(StoredObject? stored) =>
        stored?.Value.Items("metadata", "ownerReferences").Select(owner => owner.Text("uid")).OfType<string>() ?? [];

    private void Announce(StoreEvent change)
    {
        _log.Add(change);
        foreach (var watcher in _watchers.GetValueOrDefault(change.Resource) ?? [])
            watcher.Offer(change);
    }

    private void Forget(GroupResource resource, Watcher watcher)
    {
        lock (_lock)
            _watchers[resource].Remove(watcher);
        watcher.Changes.Writer.TryComplete();
    }

    private sealed record Watcher(string? Namespace, Channel<StoreEvent> Changes)
    {
        public void Offer(StoreEvent change)
        {
            if (Namespace is null || change.Last.Namespace == Namespace)
                Changes.Writer.TryWrite(change);
        }
    }
}

file static class Stamping
{
    public static StoredObject Stamped(this JsonObject value, long version)
    {
        value.Metadata["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
        return new(value, version);
    }
}
