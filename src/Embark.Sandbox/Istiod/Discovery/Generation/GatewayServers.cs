using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Servers of the Gateways that select a router.</summary>
internal static class GatewayServers
{
    public static IEnumerable<GatewayServer> Of(ProxyScope scope) => Selecting(scope).SelectMany(gateway => gateway.Servers);

    public static IEnumerable<MeshGateway> Selecting(ProxyScope scope) =>
        scope.Mesh.Gateways.Where(gateway => scope.Labels.Match(gateway.Selector));
}
