using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Embark.Kubernetes.Transport;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes;

/// <summary>
/// Follows one kind: lists, watches from the listed version, resumes from the last version seen, lists again when that has
/// expired. The manner is that of client-go's reflector: https://github.com/kubernetes/client-go/blob/master/tools/cache/reflector.go
/// </summary>
internal sealed class Watch<T>(
    ApiTransport transport, KubernetesClientOptions options, ResourceKind<T> kind, string? @namespace, ListOptions narrowed,
    Func<CancellationToken, Task<Listing<T>>> list) : IDisposable
    where T : class
{
    /// <summary>A watch that lived this long was a good one; what ends sooner is resumed after a pause that grows.</summary>
    private static readonly TimeSpan GoodAge = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private TimeSpan _pause = options.WatchPause;
    private WatchConnection? _connection;
    private string? _version;
    private bool _listed;

    /// <summary>The next event; waits for it as long as it takes.</summary>
    public async Task<WatchEvent<T>> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_version is null)
            {
                if (await ListAsync(cancellationToken) is { } listing)
                    return listing;
            }
            else if (_connection is null)
            {
                await OpenAsync(cancellationToken);
            }
            else if (await _connection.NextAsync(cancellationToken) is not { } line)
            {
                await EndAsync(cancellationToken);
            }
            else if (Read(line.Span) is { } change)
            {
                return change;
            }
            else if (_version is null)
            {
                await EndAsync(cancellationToken);
            }
        }
    }

    public void Dispose() => _connection?.Dispose();

    /// <summary>Null when it did not work this time. Only the first listing fails the watch when the server is down.</summary>
    private async Task<WatchEvent<T>?> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            var all = await list(cancellationToken);
            _version = all.ResourceVersion;
            _listed = true;
            return new WatchEvent<T>.Listed(all.Items);
        }
        catch (KubernetesException e) when (_listed && e.Failure == KubernetesFailure.Unavailable)
        {
            await PauseAsync(null, cancellationToken);
            return null;
        }
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Deadline, options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var request = Request();
        try
        {
            var response = await transport.OpenAsync(request, stop.Token);
            if (response.IsSuccessStatusCode)
            {
                _connection = new WatchConnection(response, new LineReader(await response.Content.ReadAsStreamAsync(stop.Token), options.MaxAnswerBytes), options);
                return;
            }

            using (response)
                await RefusedAsync(request, await transport.ReadAsync(request, response, stop.Token), cancellationToken);
        }
        catch (KubernetesException e) when (e.Transient)
        {
            await PauseAsync(null, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await PauseAsync(null, cancellationToken);
        }
    }

    private async Task RefusedAsync(ApiRequest request, ApiAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.StatusCode is not (410 or 429 or >= 500))
            throw transport.Failures.Of(request, answer);
        // After a restore of the cluster its versions may be older than ours (cause ResourceVersionTooLarge).
        if (answer.StatusCode == 410 || answer.Failure?.Details?.Causes?.Any(cause => cause.Reason == "ResourceVersionTooLarge") == true)
            _version = null;
        await PauseAsync(answer.RetryAfter, cancellationToken);
    }

    /// <summary>The change; null for a bookmark, and for what ends this watch.</summary>
    private WatchEvent<T>? Read(ReadOnlySpan<byte> json)
    {
        WatchLine line;
        try
        {
            line = WatchLine.Read(json);
        }
        catch (JsonException)
        {
            // Nothing after it can be trusted: from a whole list again.
            _version = null;
            return null;
        }

        if (line.Type == "ERROR")
        {
            _version = null;
            return null;
        }

        _version = line.ResourceVersion ?? _version;
        return line.Type switch
        {
            "ADDED" or "MODIFIED" => new WatchEvent<T>.Applied(Value(line.Value)),
            "DELETED" => new WatchEvent<T>.Deleted(Value(line.Value)),
            _ => null,
        };
    }

    private T Value(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, kind.Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw transport.Failures.Unreadable(Request(), e);
        }
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        var age = _connection!.Age;
        _connection.Dispose();
        _connection = null;
        if (age >= GoodAge)
            _pause = options.WatchPause;
        else
            await PauseAsync(null, cancellationToken);
    }

    private async Task PauseAsync(TimeSpan? atLeast, CancellationToken cancellationToken)
    {
        var pause = RetryPause.Jitter(_pause);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
        await Task.Delay(atLeast > pause ? atLeast.Value : pause, options.Time, cancellationToken);
    }

    private ApiRequest Request() => ObjectPath.All(HttpMethod.Get, "watch", kind, @namespace, ObjectPath.Query(
        ("watch", "true"),
        ("allowWatchBookmarks", "true"),
        ("resourceVersion", _version),
        // Spread over five to ten minutes, so that many watches do not end together.
        ("timeoutSeconds", RandomNumberGenerator.GetInt32(300, 600).ToString(CultureInfo.InvariantCulture)),
        ("labelSelector", narrowed.LabelSelector),
        ("fieldSelector", narrowed.FieldSelector)));
}

/// <summary>Everything there was at one version.</summary>
internal sealed record Listing<T>(IReadOnlyList<T> Items, string ResourceVersion);
