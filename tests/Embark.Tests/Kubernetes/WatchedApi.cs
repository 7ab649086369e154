using System.Globalization;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

/// <summary>An API whose lists and watches follow a script, one line an event: <c>ADDED name version</c>, or a fault.</summary>
internal sealed class WatchedApi : IAsyncDisposable
{
    private readonly RawApi _api;
    private readonly TaskCompletionSource _over = new();
    private int _lists;
    private int _watches;

    public WatchedApi(string[] names, string version)
    {
        _api = new RawApi(async exchange =>
        {
            if (exchange.Query("watch") is not null)
                await PlayAsync(exchange, Watches.GetValueOrDefault(Interlocked.Increment(ref _watches) - 1, ["silence"]));
            else if (Interlocked.Increment(ref _lists) == 1)
                await exchange.WriteAsync(RawApi.ConfigMaps(version, null, names));
            else
                await exchange.WriteAsync(RawApi.ConfigMaps(LaterVersion ?? version, null, LaterNames ?? names));
        });
    }

    /// <summary>Script of each watch, by number.</summary>
    public Dictionary<int, string[]> Watches { get; } = [];

    /// <summary>What later lists show; null for the same as the first.</summary>
    public string[]? LaterNames { get; init; }

    public string? LaterVersion { get; init; }

    public int Lists => _lists;

    public IReadOnlyList<Exchange> WatchRequests => [.. _api.Requests.Where(request => request.Query("watch") is not null)];

    /// <summary>The first events that a client sees, in words.</summary>
    public async Task<IReadOnlyList<string>> SeeAsync(int count, KubernetesClientOptions? options = null)
    {
        using var client = _api.Client(options);
        var seen = new List<string>();
        await foreach (var change in client.WatchAsync(CoreKinds.ConfigMaps, "default", ListOptions.All, CancellationToken.None))
        {
            seen.Add(change switch
            {
                WatchEvent<ConfigMap>.Listed all => string.Join(' ', ["listed", .. all.All.Select(map => map.Metadata.Name)]),
                WatchEvent<ConfigMap>.Applied one => $"applied {one.Value.Metadata.Name}",
                WatchEvent<ConfigMap>.Deleted one => $"deleted {one.Value.Metadata.Name}",
                _ => "unknown",
            });
            if (seen.Count == count)
                break;
        }

        return seen;
    }

    public ValueTask DisposeAsync()
    {
        _over.TrySetResult();
        return _api.DisposeAsync();
    }

    private async Task PlayAsync(Exchange exchange, string[] script)
    {
        var words = script[0].Split(' ');
        if (words[0] == "http")
        {
            await exchange.WriteAsync(RawApi.Status(int.Parse(words[1], CultureInfo.InvariantCulture), "X"));
            return;
        }

        if (script[0] == "cut at once")
        {
            exchange.Cut();
            return;
        }

        await exchange.StartWatchAsync();
        foreach (var line in script)
        {
            if (await StepAsync(exchange, line.Split(' ')))
                return;
        }

        await _over.Task;
    }

    /// <summary>True when this watch is over.</summary>
    private async Task<bool> StepAsync(Exchange exchange, string[] words)
    {
        switch (words[0])
        {
            case "cut":
                exchange.Cut();
                return true;
            case "end":
                await exchange.EndWatchAsync();
                return true;
            case "half":
                await exchange.WriteAsync("ff\r\n{\"type\":\"ADDED\",\"object\":{\"kind\":");
                return false;
            case "silence":
                await _over.Task;
                return true;
            case "ERROR":
                await exchange.WriteLineAsync($$"""{"type":"ERROR","object":{"kind":"Status","status":"Failure","code":{{words[1]}},"reason":"Expired"} }""");
                return false;
            case "BOOKMARK":
                await exchange.WriteLineAsync($$"""{"type":"BOOKMARK","object":{"kind":"ConfigMap","metadata":{"resourceVersion":"{{words[2]}}"} } }""");
                return false;
            default:
                await exchange.WriteLineAsync($$"""{"type":"{{words[0]}}","object":{{RawApi.ConfigMap(words[1], words[2])}} }""");
                return false;
        }
    }
}
