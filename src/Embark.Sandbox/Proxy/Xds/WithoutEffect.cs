using System.Collections;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Routes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Proxy.Xds;

/// <summary>Names in the log, each once, what was sent and changes nothing here. What security depends on is refused elsewhere.</summary>
internal sealed class WithoutEffect(ProxyLog log)
{
    private readonly HashSet<string> _named = [];

    public void Name(Any resource)
    {
        foreach (var what in Of(resource))
            if (_named.Add(what))
                log.Info("envoy config", $"{what} has no effect in the sandbox's proxy");
    }

    private static IEnumerable<string> Of(Any any)
    {
        if (KnownMessages.Find(any) is not { } type)
            return []; // filters and access logs of unknown types are named, or refused, where they are put to use
        var known = type.Parser.WithDiscardUnknownFields(true).ParseFrom(any.Value);
        return
        [
            .. known.CalculateSize() == type.Parser.ParseFrom(any.Value).CalculateSize() ? [] : new[] { $"a setting of {type.FullName} that is not known" },
            .. known switch
            {
                Cluster cluster => OfCluster(cluster),
                RouteConfiguration routes => routes.VirtualHosts.SelectMany(host => host.Routes).SelectMany(OfRoute),
                _ => [],
            },
            .. Anys(known).SelectMany(Of),
        ];
    }

    private static IEnumerable<string> OfCluster(Cluster cluster)
    {
        if (cluster.LbPolicy is Cluster.Types.LbPolicy.RingHash or Cluster.Types.LbPolicy.Maglev or Cluster.Types.LbPolicy.LoadBalancingPolicyConfig)
            yield return $"load balancing by {cluster.LbPolicy} instead of least request";
        if (cluster.OutlierDetection is not null)
            yield return "outlier detection";
        if (cluster.CircuitBreakers?.Thresholds.Any(t => (t.MaxConnections ?? t.MaxRequests ?? t.MaxPendingRequests) is { } limit && limit < uint.MaxValue) == true)
            yield return "a circuit breaker";
    }

    private static IEnumerable<string> OfRoute(Route route)
    {
        if (route.Match?.RuntimeFraction is not null)
            yield return "a route for a fraction of requests";
        if (route.Route_?.MetadataMatch is not null)
            yield return "a subset of endpoints by metadata";
        foreach (var filter in route.TypedPerFilterConfig.Keys)
            yield return $"a setting of '{filter}' for one route";
    }

    private static IEnumerable<Any> Anys(IMessage message) =>
        from field in message.Descriptor.Fields.InDeclarationOrder()
        where field.FieldType == Google.Protobuf.Reflection.FieldType.Message
        from value in field.Accessor.GetValue(message) switch
        {
            IDictionary map => map.Values.OfType<IMessage>(),
            IList list => list.OfType<IMessage>(),
            IMessage one => [one],
            _ => [],
        }
        from any in value is Any found ? [found] : Anys(value)
        select any;
}
