using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class RoutesOfServices
{
    [Fact(Timeout = 15_000)]
    public void Bare_names_are_for_the_own_namespace_only()
    {
        var routes = SampleMesh.For(Nodes.Own(), "{kind: Service, metadata: {name: rates, namespace: bank}, spec: {clusterIP: 10.8.0.20, ports: [{name: http, port: 80}]}}").Routes("80");

        Assert.Contains("web", Domains(routes, "web.shop.svc.cluster.local:80"));
        Assert.Equal(
            ["rates.bank.svc.cluster.local", "rates.bank.svc.cluster.local.", "rates.bank.svc", "rates.bank", "10.8.0.20"],
            Domains(routes, "rates.bank.svc.cluster.local:80"));
    }

    [Fact(Timeout = 15_000)]
    public void Unknown_hosts_pass_or_are_refused_as_the_sidecar_says()
    {
        Assert.Equal("allow_any", SampleMesh.For(Nodes.Own()).Routes("80").VirtualHosts[^1].Name);

        var refused = SampleMesh.For(Nodes.Own(), SampleMesh.Sidecar("{outboundTrafficPolicy: {mode: REGISTRY_ONLY}}")).Routes("80").VirtualHosts[^1];
        Assert.Equal("block_all", refused.Name);
        Assert.Equal(502u, refused.Routes[0].DirectResponse.Status);
    }

    [Fact(Timeout = 15_000)]
    public void Detected_port_has_a_route_of_its_own_for_any_host()
    {
        const string Service = "{kind: Service, metadata: {name: odd, namespace: shop}, spec: {clusterIP: 10.8.0.21, ports: [{name: odd, port: 81}]}}";

        var host = Assert.Single(SampleMesh.For(Nodes.Own(), Service).Routes("odd.shop.svc.cluster.local:81").VirtualHosts);
        Assert.Equal(["*"], host.Domains);
        Assert.Equal("outbound|81||odd.shop.svc.cluster.local", host.Routes[0].Route_.Cluster);
    }

    [Fact(Timeout = 15_000)]
    public void Gateway_gets_an_empty_route_for_a_name_nobody_knows() => Assert.Empty(SampleMesh.For(Nodes.Gateway()).Routes("80").VirtualHosts);

    private static List<string> Domains(RouteConfiguration routes, string host) => [.. routes.VirtualHosts.Single(item => item.Name == host).Domains];
}
