using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Listeners of a router that ends no TLS: by the mesh's own SNI, by a VirtualService's SNI hosts, or plain TCP.</summary>
internal static class GatewayListeners
{
    public static IEnumerable<Listener> All(OwnScope scope) =>
        from gateway in GatewayServers.Selecting(scope)
        from server in gateway.Servers
        from port in PortsOf(scope, server.Port)
        group (Server: server, Chains: GatewayChains.Of(scope, gateway, server)) by port into servers
        // Two chains with one match would make Envoy refuse the listener: the older Gateway's stays.
        let chains = servers.SelectMany(server => server.Chains).DistinctBy(chain => chain.FilterChainMatch).ToList()
        where chains.Count > 0
        select Made(servers.Key, chains, servers.Any(server => server.Server.Tls != GatewayTls.None));

    /// <summary>Where the gateway's Service sends that port; without one, the port itself.</summary>
    private static List<int> PortsOf(OwnScope scope, int port)
    {
        var targets = scope.Targets.Where(target => target.Port.Number == port).Select(target => target.TargetPort).Distinct().ToList();
        return targets.Count > 0 ? targets : [port];
    }

    private static Listener Made(int port, List<FilterChain> chains, bool tls) => new()
    {
        Name = $"0.0.0.0_{port}",
        Address = Structs.Address("0.0.0.0", port),
        TrafficDirection = TrafficDirection.Outbound,
        MaxConnectionsToAcceptPerSocketEvent = 1,
        FilterChains = { chains },
        ListenerFilters = { tls ? [Inspectors.Tls()] : Array.Empty<ListenerFilter>() },
    };
}
