using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Upstream;
using Google.Protobuf;

namespace Embark.Sandbox.Proxy.Xds;

/// <summary>Takes resources of the control plane into use, and knows what they refer to.</summary>
internal sealed class ProxyResources(UpstreamClusters clusters, ListenerSet listeners, RouteTables routes, WithoutEffect withoutEffect)
{
    private readonly ConcurrentDictionary<(string Type, string Name), string> _versions = new();

    /// <summary>Versions held of a type, by name.</summary>
    public Dictionary<string, string> Versions(string type) => _versions.Where(v => v.Key.Type == type).ToDictionary(v => v.Key.Name, v => v.Value);

    /// <summary>Assignments that the clusters ask for.</summary>
    public IReadOnlySet<string> AssignmentNames() => clusters.All
        .Where(c => c.Configuration.Type == Cluster.Types.DiscoveryType.Eds)
        .Select(c => c.Configuration.EdsClusterConfig.ServiceName is { Length: > 0 } name ? name : c.Name).ToHashSet();

    /// <summary>Route configurations that the listeners ask for.</summary>
    public IReadOnlySet<string> RouteNames() => listeners.All.SelectMany(l => l.Configuration.FilterChains.Append(l.Configuration.DefaultFilterChain))
        .Where(chain => chain is not null).SelectMany(chain => chain.Filters)
        .Where(filter => filter.TypedConfig.Is(HttpConnectionManager.Descriptor)).Select(filter => filter.TypedConfig.Unpack<HttpConnectionManager>())
        .Select(manager => manager.Rds?.RouteConfigName).OfType<string>().ToHashSet();

    /// <summary>Takes one response into use; what is returned is the reason of a refusal.</summary>
    public async Task<string?> ApplyAsync(DeltaDiscoveryResponse response)
    {
        string? refusal;
        try
        {
            foreach (var resource in response.Resources)
                withoutEffect.Name(resource.Resource_);
            refusal = response.TypeUrl switch
            {
                TypeUrls.Cluster => clusters.Apply(All(response, Cluster.Parser), response.RemovedResources),
                TypeUrls.Endpoint => Done(() => All(response, ClusterLoadAssignment.Parser).ForEach(clusters.Assign)),
                TypeUrls.Route => routes.Apply(All(response, RouteConfiguration.Parser), response.RemovedResources),
                TypeUrls.Listener => await listeners.ApplyAsync(All(response, Listener.Parser), response.RemovedResources).ConfigureAwait(false),
                _ => null,
            };
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or FormatException)
        {
            refusal = e.Message;
        }

        if (refusal is not null)
            return refusal;
        foreach (var resource in response.Resources)
            _versions[(response.TypeUrl, resource.Name)] = resource.Version;
        foreach (var name in response.RemovedResources)
            _versions.TryRemove((response.TypeUrl, name), out _);
        return null;
    }

    private static string? Done(Action work)
    {
        work();
        return null;
    }

    private static List<T> All<T>(DeltaDiscoveryResponse response, MessageParser<T> parser)
        where T : class, IMessage<T> => [.. response.Resources.Select(r => parser.ParseFrom(r.Resource_.Value))];
}
