using Embark.Grpc;
using Embark.Sandbox.Istiod.Protos.Discovery;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>State of the world: every answer of a type holds all that was asked for (protocols 2.4).</summary>
internal sealed class WorldStream(GrpcServerCall<DiscoveryRequest, DiscoveryResponse> call, ProxyConnection connection)
    : ProxyStream<DiscoveryRequest, DiscoveryResponse>(call, connection)
{
    protected override (string Type, string Refusal) Head(DiscoveryRequest request) =>
        (request.TypeUrl, request.ErrorDetail is { } error ? error.Message is { Length: > 0 } text ? text : "rejected" : "");

    protected override async Task AnswerAsync(DiscoveryRequest request, WatchedType watched, bool isNew)
    {
        var byName = !GeneratedResources.IsWildcard(watched.Type);
        if (byName && request.ResourceNames.Count == 0)
        {
            Forget(watched.Type); // unsubscribed
            return;
        }

        var first = isNew || request.ResponseNonce.Length == 0;
        if (!first && request.ResponseNonce != watched.Nonce)
            return; // about an answer that is not the last
        var added = request.ResourceNames.Any(name => !watched.Names.Contains(name));
        watched.Names.Clear();
        watched.Names.UnionWith(request.ResourceNames);
        // After a CDS answer Envoy repeats its EDS request and waits: asked is answered (rule 7).
        var waited = watched.Type == TypeUrls.Endpoint && _endpointsOwed;
        if (!first && !(byName && added) && !waited)
            return;
        await SendAsync(watched, Resources.Of(watched.Type, watched.Names)).ConfigureAwait(false);
    }

    protected override async Task<IReadOnlyList<string>> PushAsync(WatchedType watched, IReadOnlyCollection<string> forced)
    {
        var all = Resources.Of(watched.Type, watched.Names);
        var changed = all.Where(r => watched.Sent.GetValueOrDefault(r.Name) != r.Mark).Select(r => r.Name).ToList();
        if (changed.Count == 0 && watched.Sent.Count == all.Count && !forced.Any(watched.Names.Contains))
            return [];
        await SendAsync(watched, all).ConfigureAwait(false);
        return changed;
    }

    private bool _endpointsOwed;

    private Task SendAsync(WatchedType watched, IReadOnlyList<GeneratedResource> all)
    {
        _endpointsOwed = watched.Type == TypeUrls.Cluster || (_endpointsOwed && watched.Type != TypeUrls.Endpoint);
        var response = new DiscoveryResponse { TypeUrl = watched.Type, VersionInfo = Version, Nonce = NextNonce(watched) };
        response.Resources.AddRange(all.Select(r => r.Message));
        watched.Sent.Clear();
        foreach (var resource in all)
            watched.Sent[resource.Name] = resource.Mark;
        return SendAsync(response);
    }
}
