using System.Text.Json.Nodes;
using System.Threading.Channels;
using Embark.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Telemetry;

/// <summary>Follows pods, Services and WorkloadEntries. Without the right to one of them the graph knows less; it is never a reason to end.</summary>
internal sealed partial class MeshFeed(KubernetesClient client, Collector collector, ILogger<MeshFeed> log)
{
    /// <summary>Changes that come together are taken together.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, Dictionary<string, JsonObject>> _objects = new(StringComparer.Ordinal);

    public MeshObjects Current { get; private set; } = new([], [], []);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Task[] jobs = [.. new[] { MeshObjects.PodKind, MeshObjects.ServiceKind, MeshObjects.EntryKind }.Select(kind => FollowAsync(kind, cancellationToken)), PublishAsync(cancellationToken)];
        await await Task.WhenAny(jobs);
    }

    private async Task FollowAsync(ResourceKind<JsonObject> kind, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await foreach (var change in client.WatchAsync(kind, null, ListOptions.All, cancellationToken))
                    Take(kind.Kind, change);
            }
            catch (KubernetesException failure)
            {
                Unreadable(kind.Plural, failure.Message);
                await Task.Delay(Again, cancellationToken);
            }
        }
    }

    private void Take(string kind, WatchEvent<JsonObject> change)
    {
        lock (_lock)
        {
            var all = _objects.TryGetValue(kind, out var known) ? known : _objects[kind] = new(StringComparer.Ordinal);
            switch (change)
            {
                case WatchEvent<JsonObject>.Listed(var listed):
                    all.Clear();
                    foreach (var one in listed)
                        all[Key(one)] = one;
                    break;
                case WatchEvent<JsonObject>.Applied(var value):
                    all[Key(value)] = value;
                    break;
                case WatchEvent<JsonObject>.Deleted(var value):
                    all.Remove(Key(value));
                    break;
            }
        }
        _changed.Writer.TryWrite(true);
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.Reader.ReadAsync(cancellationToken);
            await Task.Delay(Together, cancellationToken);
            lock (_lock)
                Current = new MeshObjects(All("Pod"), All("Service"), All("WorkloadEntry"));
            Current.Teach(collector.Known);
        }

        List<JsonObject> All(string kind) => _objects.TryGetValue(kind, out var all) ? [.. all.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)] : [];
    }

    private static string Key(JsonObject value) => $"{MeshObjects.Text(value, "metadata", "namespace")}/{MeshObjects.Text(value, "metadata", "name")}";

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Kind} cannot be read, so the service graph knows less: {Reason}")]
    private partial void Unreadable(string kind, string reason);
}
