using System.Text.Json.Nodes;
using System.Threading.Channels;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>Follows the API server and keeps one immutable view of the mesh, swapped whole when something changed.</summary>
internal sealed class MeshFeed(KubernetesClient api, string clusterId, GeneratorOptions options, TimeProvider clock)
{
    /// <summary>Changes that come together make one view (istiod: PILOT_DEBOUNCE_AFTER, there 100 ms).</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    private readonly Dictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly HashSet<Follower> _followers = new(ReferenceEqualityComparer.Instance);
    private readonly Channel<bool> _dirty = Channel.CreateUnbounded<bool>(new UnboundedChannelOptions { SingleReader = true });
    private volatile State _state = new(null, 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>When the feed was made; part of every version.</summary>
    public DateTimeOffset Started { get; } = clock.GetUtcNow();

    /// <summary>What is made of the view, and its number; null before every kind was listed once.</summary>
    public (SharedResources? Resources, int Number) Current => _state is var state ? (state.Resources, state.Number) : default;

    /// <summary>Has <paramref name="changed"/> called at each new view, until the result is disposed.</summary>
    public IDisposable Follow(Action changed)
    {
        var follower = new Follower(this, changed);
        lock (_followers)
            _followers.Add(follower);
        return follower;
    }

    /// <summary>Done when there is a view with another number than <paramref name="number"/>.</summary>
    public Task ChangedSinceAsync(int number)
    {
        var state = _state;
        return state.Number != number ? Task.CompletedTask : state.Next.Task;
    }

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var missing = MeshKinds.All.Count;
        List<Task> jobs = [.. MeshKinds.All.Select(kind => FollowAsync(kind, () => Interlocked.Decrement(ref missing), cancellationToken))];
        jobs.Add(PublishAsync(() => Volatile.Read(ref missing) == 0, cancellationToken));
        await (await Task.WhenAny(jobs).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FollowAsync(ResourceKind<JsonObject> kind, Action listed, CancellationToken cancellationToken)
    {
        var first = true;
        await foreach (var change in api.WatchAsync(kind, null, ListOptions.All, cancellationToken).ConfigureAwait(false))
        {
            lock (_lock)
                switch (change)
                {
                    case WatchEvent<JsonObject>.Listed all:
                        foreach (var gone in _objects.Keys.Where(key => key.StartsWith(kind.Kind + "/", StringComparison.Ordinal)).ToList())
                            _objects.Remove(gone);
                        foreach (var item in all.All)
                            _objects[Key(kind, item)] = WithKind(item, kind);
                        break;
                    case WatchEvent<JsonObject>.Applied applied:
                        _objects[Key(kind, applied.Value)] = WithKind(applied.Value, kind);
                        break;
                    case WatchEvent<JsonObject>.Deleted deleted:
                        _objects.Remove(Key(kind, deleted.Value));
                        break;
                }

            if (first && change is WatchEvent<JsonObject>.Listed)
            {
                first = false;
                listed();
            }

            _dirty.Writer.TryWrite(true);
        }
    }

    private async Task PublishAsync(Func<bool> complete, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _dirty.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (!complete())
                continue;
            await Task.Delay(Together, clock, cancellationToken).ConfigureAwait(false);
            while (_dirty.Reader.TryRead(out _))
            {
                // all that came together
            }

            MeshView view;
            lock (_lock)
                view = MeshView.Of(_objects.Values, clusterId);
            var before = _state;
            _state = new State(new SharedResources(view, options, before.Resources), before.Number + 1, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            before.Next.TrySetResult();
            lock (_followers)
                foreach (var follower in _followers)
                    follower.Changed();
        }
    }

    // Items of a list carry no kind of their own.
    private static JsonObject WithKind(JsonObject item, ResourceKind<JsonObject> kind)
    {
        item["apiVersion"] ??= kind.ApiVersion;
        item["kind"] ??= kind.Kind;
        return item;
    }

    private static string Key(ResourceKind<JsonObject> kind, JsonObject item) => $"{kind.Kind}/{item["metadata"]?["namespace"]}/{item["metadata"]?["name"]}";

    private sealed record Follower(MeshFeed Feed, Action Changed) : IDisposable
    {
        public void Dispose()
        {
            lock (Feed._followers)
                Feed._followers.Remove(this);
        }
    }

    private sealed record State(SharedResources? Resources, int Number, TaskCompletionSource Next);
}
