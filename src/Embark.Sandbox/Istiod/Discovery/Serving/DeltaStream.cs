using Embark.Grpc;
using Embark.Sandbox.Istiod.Protos.Discovery;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>Delta: only what changed is sent, and what went is named (protocols 2.5).</summary>
internal sealed class DeltaStream(GrpcServerCall<DeltaDiscoveryRequest, DeltaDiscoveryResponse> call, ProxyConnection connection)
    : ProxyStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse>(call, connection)
{
    protected override (string Type, string Refusal) Head(DeltaDiscoveryRequest request) =>
        (request.TypeUrl, request.ErrorDetail is { } error ? error.Message is { Length: > 0 } text ? text : "rejected" : "");

    protected override async Task AnswerAsync(DeltaDiscoveryRequest request, WatchedType watched, bool isNew)
    {
        if (request.ResponseNonce.Length > 0 && request.ResponseNonce != watched.Nonce)
            return; // about an answer that is not the last
        var added = request.ResourceNamesSubscribe.Where(name => name != "*" && watched.Names.Add(name)).ToList();
        foreach (var name in request.ResourceNamesUnsubscribe)
        {
            watched.Names.Remove(name);
            watched.Sent.Remove(name);
        }

        if (isNew)
        {
            // The client may hold resources of an earlier stream: those that are gone are named as removed.
            foreach (var name in request.InitialResourceVersions.Keys)
            {
                if (!GeneratedResources.IsWildcard(watched.Type))
                    watched.Names.Add(name);
                watched.Sent.TryAdd(name, default);
            }

            await SendAsync(watched, Resources.Of(watched.Type, watched.Names), alsoEmpty: true).ConfigureAwait(false);
        }
        else if (added.Count > 0)
        {
            // Whoever asks again wants it again, even if it did not change (warming).
            await SendAsync(watched, Resources.Of(watched.Type, added), alsoEmpty: true, onlyThese: true).ConfigureAwait(false);
        }
    }

    protected override Task<IReadOnlyList<string>> PushAsync(WatchedType watched, IReadOnlyCollection<string> forced)
    {
        foreach (var name in forced.Where(watched.Names.Contains))
            watched.Sent.Remove(name);
        return SendAsync(watched, Resources.Of(watched.Type, watched.Names), alsoEmpty: false);
    }

    private async Task<IReadOnlyList<string>> SendAsync(WatchedType watched, IReadOnlyList<GeneratedResource> all, bool alsoEmpty, bool onlyThese = false)
    {
        var changed = onlyThese ? all : [.. all.Where(r => watched.Sent.GetValueOrDefault(r.Name) != r.Mark)];
        var removed = onlyThese ? [] : watched.Sent.Keys.Except(all.Select(r => r.Name)).Order(StringComparer.Ordinal).ToList();
        if (changed.Count + removed.Count == 0 && !alsoEmpty)
            return [];
        var response = new DeltaDiscoveryResponse { TypeUrl = watched.Type, SystemVersionInfo = Version, Nonce = NextNonce(watched) };
        response.Resources.AddRange(changed.Select(r => r.Enveloped));
        response.RemovedResources.AddRange(removed);
        foreach (var resource in changed)
            watched.Sent[resource.Name] = resource.Mark;
        foreach (var name in removed)
            watched.Sent.Remove(name);
        await SendAsync(response).ConfigureAwait(false);
        return [.. changed.Select(r => r.Name)];
    }
}
