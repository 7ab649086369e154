using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class PeerAuthenticationOfPorts
{
    private const string Sidecar = "{ingress: [{port: {number: 9000, protocol: PROTOCOL, name: p}, defaultEndpoint: '127.0.0.1:9000'}], egress: [{hosts: ['~/*']}]}";

    [Theory(Timeout = 15_000)]
    [InlineData("HTTP", "PERMISSIVE", "tls+alpn+mtls raw_buffer", true)]
    [InlineData("HTTP", "STRICT", "tls+mtls", true)]
    [InlineData("HTTP", "DISABLE", "raw_buffer", false)]
    [InlineData("TCP", "PERMISSIVE", "tls+alpn+mtls tls raw_buffer", true)]
    [InlineData("TCP", "STRICT", "tls+mtls", true)]
    [InlineData("TCP", "DISABLE", "any", false)]
    public void Decides_the_filter_chains(string protocol, string mode, string chains, bool inspected)
    {
        var listener = Inbound(protocol, $"{{kind: PeerAuthentication, metadata: {{name: p, namespace: shop}}, spec: {{mtls: {{mode: {mode}}}}}}}");

        Assert.Equal(chains, string.Join(' ', listener.FilterChains.Select(Shape)));
        Assert.Equal(inspected, listener.ListenerFilters.Any(filter => filter.Name == "envoy.filters.listener.tls_inspector"));
        Assert.All(listener.FilterChains, chain => Assert.Equal(9000u, chain.FilterChainMatch.DestinationPort));
    }

    [Fact(Timeout = 15_000)]
    public void Workload_wins_over_namespace_and_mesh_and_a_port_over_all()
    {
        const string Mesh = "{kind: PeerAuthentication, metadata: {name: m, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}";
        const string Namespace = "{kind: PeerAuthentication, metadata: {name: n, namespace: shop}, spec: {mtls: {mode: DISABLE}}}";
        const string Workload = "{kind: PeerAuthentication, metadata: {name: w, namespace: shop}, spec: {selector: {matchLabels: {app: till}}, mtls: {mode: STRICT}}}";
        const string Port = "{kind: PeerAuthentication, metadata: {name: a, namespace: shop, creationTimestamp: '0001-01-01T00:00:00Z'}, "
            + "spec: {selector: {matchLabels: {app: till}}, mtls: {mode: STRICT}, portLevelMtls: {'9000': {mode: DISABLE}}}}";
        const string Stranger = "{kind: PeerAuthentication, metadata: {name: s, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, mtls: {mode: DISABLE}}}";

        Assert.Equal("tls+mtls", Shapes(Mesh, Stranger));
        Assert.Equal("raw_buffer", Shapes(Mesh, Namespace));
        Assert.Equal("tls+mtls", Shapes(Mesh, Namespace, Workload));
        Assert.Equal("raw_buffer", Shapes(Mesh, Namespace, Workload, Port));

        static string Shapes(params string[] policies) => string.Join(' ', Inbound("HTTP", policies).FilterChains.Select(Shape));
    }

    [Fact(Timeout = 15_000)]
    public void Policy_that_sets_nothing_leaves_it_to_the_next_wider_one() => Assert.Equal("tls+mtls", string.Join(' ', Inbound(
        "HTTP", "{kind: PeerAuthentication, metadata: {name: m, namespace: istio-system}, spec: {mtls: {mode: STRICT}}}",
        "{kind: PeerAuthentication, metadata: {name: n, namespace: shop}, spec: {mtls: {mode: UNSET}}}").FilterChains.Select(Shape)));

    private static Listener Inbound(string protocol, params string[] policies) =>
        Assert.Single(SampleMesh.For(Nodes.Own(), [SampleMesh.Sidecar(Sidecar.Replace("PROTOCOL", protocol, StringComparison.Ordinal)), .. policies]).Listeners());

    private static string Shape(FilterChain chain)
    {
        var match = chain.FilterChainMatch;
        var transport = match.TransportProtocol is { Length: > 0 } named ? named : "any";
        return transport + (match.ApplicationProtocols.Count > 0 ? "+alpn" : "") + (chain.TransportSocket is null ? "" : "+mtls");
    }
}
