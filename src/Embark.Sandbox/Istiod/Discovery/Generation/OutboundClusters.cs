using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Google.Protobuf.WellKnownTypes;
using static Embark.Sandbox.Istiod.Protos.Clusters.Cluster.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>One cluster per service and port, with endpoints by EDS.</summary>
internal static class OutboundClusters
{
    public static IEnumerable<Cluster> All(ProxyScope scope) =>
        from service in scope.Services
        from port in service.Ports
        where port.Protocol != Protocol.Udp
        let rule = scope.Mesh.DestinationRules.Of(service, scope.Proxy.Namespace)
        from subset in SubsetsOf(rule)
        select Sidecars(scope, service, port, rule, subset);

    /// <summary>For gateways that pass mutual TLS on by its SNI; they know the same services under the SNI's name, without TLS of their own.</summary>
    public static IEnumerable<Cluster> BehindSni(ProxyScope scope)
    {
        var hosts = GatewayServers.Of(scope).Where(server => server.Tls == GatewayTls.AutoPassthrough).SelectMany(server => server.Hosts).ToList();
        return from service in scope.Services
               where hosts.Any(host => HostPattern.Matches(host, service.Host))
               from port in service.Ports
               where port.Protocol != Protocol.Udp
               from subset in SubsetsOf(scope.Mesh.DestinationRules.Of(service, scope.Proxy.Namespace))
               select ByDiscovery(scope, service, port, Names.Sni(port.Number, service.Host, subset?.Name ?? ""));
    }

    /// <summary>The whole service, which is null here, and its subsets.</summary>
    internal static IEnumerable<DestinationSubset?> SubsetsOf(DestinationRule? rule) => [null, .. rule?.Subsets ?? []];

    private static Cluster Sidecars(ProxyScope scope, MeshService service, MeshServicePort port, DestinationRule? rule, DestinationSubset? subset)
    {
        var name = subset?.Name ?? "";
        var cluster = ByDiscovery(scope, service, port, Names.Outbound(port.Number, service.Host, name));
        if (rule is not null)
            cluster.Metadata.FilterMetadata["istio"].Fields["config"] =
                Value.ForString($"/apis/networking.istio.io/v1/namespaces/{rule.Head.Namespace}/destination-rule/{rule.Head.Name}");
        if (subset is not null)
            cluster.Metadata.FilterMetadata["istio"].Fields["subset"] = Value.ForString(name);
        var sni = Names.Sni(port.Number, service.Host, name);
        var tls = subset?.Tls ?? rule?.Tls ?? DestinationTls.Automatic;
        if (tls == DestinationTls.Mutual)
            cluster.TransportSocket = TlsContexts.Upstream(scope, sni, scope.Mesh.IdentitiesByHost[service.Host], port.Protocol.IsHttp2);
        if (tls != DestinationTls.Automatic || !scope.Settings.AutoMutualTls || scope.Mesh.PeerAuthentications.OfNamespace(service.Namespace) == MutualTls.Disable)
            return cluster;
        cluster.TransportSocketMatches.Add(
        [
            new TransportSocketMatch
            {
                Name = "tlsMode-istio", Match = Structs.Of("tlsMode", "istio"),
                TransportSocket = TlsContexts.Upstream(scope, sni, scope.Mesh.IdentitiesByHost[service.Host], port.Protocol.IsHttp2),
            },
            new TransportSocketMatch { Name = "tlsMode-disabled", Match = new Struct(), TransportSocket = TlsContexts.Plain() },
        ]);
        return cluster;
    }

    private static Cluster ByDiscovery(ProxyScope scope, MeshService service, MeshServicePort port, string name)
    {
        var cluster = ClusterParts.Named(scope, name);
        cluster.Type = DiscoveryType.Eds;
        cluster.EdsClusterConfig = new EdsClusterConfig { EdsConfig = Structs.Ads(), ServiceName = name };
        cluster.LbPolicy = LbPolicy.LeastRequest;
        cluster.CircuitBreakers = ClusterParts.NoLimits();
        cluster.CommonLbConfig = new CommonLbConfig();
        cluster.Metadata = ClusterParts.OfServices(service);
        cluster.Filters.Add(IstioFilters.OfCluster(scope));
        ClusterParts.SpeakAs(scope, cluster, port.Protocol);
        return cluster;
    }
}
