using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Filter chains of one server of a Gateway. TLS that would have to be ended, and HTTP, are not served.</summary>
internal static class GatewayChains
{
    public static IEnumerable<FilterChain> Of(ProxyScope scope, MeshGateway gateway, GatewayServer server) => server.Tls switch
    {
        GatewayTls.AutoPassthrough => BySni(scope, server),
        GatewayTls.Passthrough => ByRoute(scope, gateway, server, service => service.Tls),
        GatewayTls.None when server.Protocol == Protocol.Tcp => ByRoute(scope, gateway, server, service => service.Tcp),
        _ => [],
    };

    /// <summary>A chain per service and port. The ALPN keeps out clients that are no sidecars.</summary>
    private static IEnumerable<FilterChain> BySni(ProxyScope scope, GatewayServer server) =>
        from service in scope.Services
        where server.Hosts.Any(host => HostPattern.Matches(host, service.Host))
        from port in service.Ports
        where port.Protocol != Protocol.Udp
        from subset in OutboundClusters.SubsetsOf(scope.Mesh.DestinationRules.Of(service, scope.Proxy.Namespace))
        let sni = Names.Sni(port.Number, service.Host, subset?.Name ?? "")
        select To(scope, new FilterChainMatch { ServerNames = { sni }, ApplicationProtocols = { InboundChain.AnyIstio } }, [(sni, 1)]);

    private static IEnumerable<FilterChain> ByRoute(
        ProxyScope scope, MeshGateway gateway, GatewayServer server, Func<VirtualService, IReadOnlyList<TrafficRoute>> routes) =>
        from service in scope.Mesh.VirtualServices
        where service.Gateways.Any(name => gateway.IsNamed(name, service.Head.Namespace))
        from route in routes(service)
        from match in route.Matches.Count > 0 ? route.Matches : [new TrafficMatch(null, [])]
        where match.Port is null || match.Port == server.Port
        let clusters = route.Destinations.Select(destination => ClusterOf(scope, service, destination)).OfType<(string, uint)>().ToList()
        where clusters.Count > 0
        select To(scope, MatchOf(match), clusters);

    private static FilterChainMatch? MatchOf(TrafficMatch match) =>
        match.SniHosts.Count == 0 || match.SniHosts.Contains("*") ? null : new FilterChainMatch { ServerNames = { match.SniHosts } };

    private static FilterChain To(ProxyScope scope, FilterChainMatch? match, IReadOnlyList<(string, uint)> clusters) => new()
    {
        FilterChainMatch = match,
        Filters = { TcpFilters.Gateway(scope, clusters) },
        TransportSocketConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(15)),
    };

    /// <summary>Null when no service of that name or port is known.</summary>
    private static (string Name, uint Weight)? ClusterOf(ProxyScope scope, VirtualService owner, Destination destination)
    {
        var service = scope.Mesh.Service(destination.Host)
            ?? scope.Mesh.Service($"{destination.Host}.{owner.Head.Namespace}.svc.{scope.Settings.Domain}");
        var port = destination.Port ?? (service?.Ports.Count == 1 ? service.Ports[0].Number : null);
        return service is null || port is null ? null : (Names.Outbound(port.Value, service.Host), destination.Weight);
    }
}
