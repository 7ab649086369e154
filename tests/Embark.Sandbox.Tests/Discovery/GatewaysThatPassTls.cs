using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class GatewaysThatPassTls
{
    [Fact(Timeout = 15_000)]
    public void Take_named_sni_hosts_as_server_names()
    {
        var chain = Assert.Single(Listener(
            "{kind: Gateway, apiVersion: networking.istio.io/v1, metadata: {name: g, namespace: istio-system}, spec: {selector: {istio: door}, "
            + "servers: [{port: {number: 15012, name: tls, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: ['*']}]}}",
            "{kind: VirtualService, metadata: {name: v, namespace: istio-system}, spec: {hosts: ['*'], gateways: [g], tls: ["
            + "{match: [{port: 15012, sniHosts: [door.example.test]}], route: [{destination: {host: door, port: {number: 15443}}}]}, "
            + "{match: [{port: 15017, sniHosts: ['*']}], route: [{destination: {host: door, port: {number: 15443}}}]}]}}").FilterChains);

        Assert.Equal(["door.example.test"], chain.FilterChainMatch.ServerNames);
        Assert.Equal("outbound|15443||door.istio-system.svc.cluster.local", chain.Filters[^1].TypedConfig.Unpack<TcpProxy>().Cluster);
    }

    [Fact(Timeout = 15_000)]
    public void Pass_plain_tcp_by_the_port_alone_and_share_it_by_weight()
    {
        var listener = Listener(
            "{kind: Gateway, apiVersion: networking.istio.io/v1, metadata: {name: g, namespace: istio-system}, spec: {selector: {istio: door}, "
            + "servers: [{port: {number: 9411, name: tcp-zipkin, protocol: TCP}, hosts: ['*']}]}}",
            "{kind: VirtualService, metadata: {name: v, namespace: bank}, spec: {hosts: ['*'], gateways: [istio-system/g], tcp: ["
            + "{route: [{destination: {host: ledger}, weight: 90}, {destination: {host: web.shop.svc.cluster.local}, weight: 10}]}]}}");

        Assert.Equal("0.0.0.0_9411", listener.Name);
        Assert.Empty(listener.ListenerFilters);
        Assert.Equal(
            [("outbound|5432||ledger.bank.svc.cluster.local", 90u), ("outbound|80||web.shop.svc.cluster.local", 10u)],
            Assert.Single(listener.FilterChains).Filters[^1].TypedConfig.Unpack<TcpProxy>().WeightedClusters.Clusters.Select(cluster => (cluster.Name, cluster.Weight)));
    }

    [Fact(Timeout = 15_000)]
    public void Open_nothing_for_gateways_that_select_others() => Assert.Empty(SampleMesh.For(
        Nodes.Gateway(), "{kind: Gateway, apiVersion: networking.istio.io/v1, metadata: {name: g, namespace: istio-system}, spec: {selector: {istio: other}, "
        + "servers: [{port: {number: 15443, name: tls, protocol: TLS}, tls: {mode: AUTO_PASSTHROUGH}, hosts: ['*.local']}]}}").Listeners());

    private static Listener Listener(params string[] more) => Assert.Single(SampleMesh.For(Nodes.Gateway(), more).Listeners());
}
