using System.Text;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Storage;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>One watch: a line of JSON per event until the time is up, the client leaves, or a fault ends it.</summary>
internal sealed class WatchStream(ApiRequest request, ApiResource resource, string version, AnswerShape shape, Rendering rendering, FaultSwitch faults, TimeProvider clock)
{
    private static readonly TimeSpan _betweenBookmarks = TimeSpan.FromSeconds(50);

    private readonly HttpContext _http = request.Http;
    private readonly Selector _selector = Selector.Parse(request.Query("labelSelector"), request.Query("fieldSelector"));
    private readonly bool _bookmarks = request.Switch("allowWatchBookmarks");
    private readonly WatchFaults _faults = new(faults, request);
    private long _sent;

    public async Task RunAsync(ObjectStore store, CancellationToken cancellationToken)
    {
        var sendInitial = request.Query("sendInitialEvents");
        if (sendInitial is not null && request.Query("resourceVersionMatch") != "NotOlderThan")
            throw Statuses.Invalid("meta.k8s.io", "ListOptions", "", [FieldError.Forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]);
        var since = sendInitial switch
        {
            "true" or "1" => null,
            not null => request.Number("resourceVersion") is { } from and not 0 ? from : store.Version,
            null => request.Number("resourceVersion") is { } from and not 0 ? (long?)from : null,
        };
        if (since > store.Version)
            throw Statuses.VersionTooLarge(since.Value, store.Version);

        _http.Response.StatusCode = 200;
        _http.Response.ContentType = "application/json";
        await _http.Response.StartAsync(cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _http.RequestAborted);
        try
        {
            using var subscription = store.Subscribe(resource.Id, request.Path!.Namespace is { Length: > 0 } ns ? ns : null, since);
            if (await _faults.StopAsync(this, 0, end.Token))
                return;
            foreach (var item in subscription.Start.Where(item => _selector.Matches(item.Value)))
                if (await SendAsync("ADDED", item, end.Token))
                    return;
            if (sendInitial is "true" or "1" && _bookmarks)
                await SendLineAsync("BOOKMARK", Rendering.Bookmark(resource, version, shape, subscription.Version, endOfStart: true), end.Token);
            await FlushAsync(end.Token);
            await FollowAsync(store, subscription, end.Token);
        }
        catch (StatusException expired) when (expired.Code == 410)
        {
            await SendLineAsync("ERROR", JsonText.Write(expired.ToStatus()), end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client left, or the server stops.
        }
    }

    public async Task SendLineAsync(string type, byte[] json, CancellationToken cancellationToken)
    {
        await _http.Response.Body.WriteAsync(Encoding.ASCII.GetBytes($$"""{"type":"{{type}}","object":"""), cancellationToken);
        await _http.Response.Body.WriteAsync(json, cancellationToken);
        await _http.Response.Body.WriteAsync("}\n"u8.ToArray(), cancellationToken);
    }

    public Task FlushAsync(CancellationToken cancellationToken) => _http.Response.Body.FlushAsync(cancellationToken);

    public HttpContext Http => _http;

    private async Task FollowAsync(ObjectStore store, StoreSubscription subscription, CancellationToken cancellationToken)
    {
        var deadline = clock.GetUtcNow() + TimeSpan.FromSeconds(request.Number("timeoutSeconds") is { } asked and > 0 ? asked : 1800);
        while (true)
        {
            var upTo = store.Version;
            while (subscription.Changes.TryRead(out var change))
                if (await SendAsync(change, cancellationToken))
                    return;
            await FlushAsync(cancellationToken);

            var left = deadline - clock.GetUtcNow();
            // Decided before the wait: a timer may fire a moment before the clock says that its time has come.
            var last = left <= _betweenBookmarks;
            var wait = last ? left : _betweenBookmarks;
            var more = wait > TimeSpan.Zero && await WaitAsync(subscription, wait, cancellationToken);
            if (more)
                continue;
            if (_bookmarks)
            {
                await SendLineAsync("BOOKMARK", Rendering.Bookmark(resource, version, shape, upTo, endOfStart: false), cancellationToken);
                await FlushAsync(cancellationToken);
            }
            if (last)
                return;
        }
    }

    private async Task<bool> WaitAsync(StoreSubscription subscription, TimeSpan time, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = clock.CreateTimer(_ => limit.Cancel(), null, time, Timeout.InfiniteTimeSpan);
        try
        {
            return await subscription.Changes.WaitToReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // An object that begins or ceases to match a selector appears or disappears for this watcher.
    private async Task<bool> SendAsync(StoreEvent change, CancellationToken cancellationToken)
    {
        var before = change.Previous is { } previous && _selector.Matches(previous.Value);
        var after = change.Current is { } current && _selector.Matches(current.Value);
        return (before, after) switch
        {
            (false, false) => false,
            (false, true) => await SendAsync("ADDED", change.Last, cancellationToken),
            (true, true) => await SendAsync("MODIFIED", change.Last, cancellationToken),
            (true, false) => await SendAsync("DELETED", change.Last, cancellationToken),
        };
    }

    /// <summary>True when a fault ends the stream.</summary>
    private async Task<bool> SendAsync(string type, StoredObject item, CancellationToken cancellationToken)
    {
        await SendLineAsync(type, rendering.One(resource, version, shape, item, request.Query("includeObject")), cancellationToken);
        return await _faults.StopAsync(this, ++_sent, cancellationToken);
    }
}
