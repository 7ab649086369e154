using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class SidecarEgressListeners
{
    private const string Everything = "{egress: [{bind: 127.0.0.2, hosts: ['*/*']}]}";

    [Theory(Timeout = 15_000)]
    [InlineData("['./*']", "127.0.0.1_80 127.0.0.1_9000")]
    [InlineData("['bank/*']", "127.0.0.1_5432")]
    [InlineData("['*/ledger.bank.svc.cluster.local', './web.shop.svc.cluster.local']", "127.0.0.1_5432 127.0.0.1_80")]
    [InlineData("['*/*.bank.svc.cluster.local']", "127.0.0.1_5432")]
    [InlineData("['~/*']", "")]
    public void Open_only_what_the_hosts_name(string hosts, string expected) =>
        Assert.Equal(expected, string.Join(' ', Names(SampleMesh.For(Nodes.Own(), SampleMesh.Sidecar($"{{egress: [{{hosts: {hosts}}}]}}")))));

    /// <summary>Which of two services on one address and port is reached, as observed with a real istiod. Services are taken by name.</summary>
    [Theory(Timeout = 15_000)]
    [InlineData("http-x", "http-x", "route 700")]
    [InlineData("tcp-x", "tcp-x", "tcp a")]
    [InlineData("http-x", "tcp-x", "route 700")]
    [InlineData("tcp-x", "http-x", "tcp a")]
    [InlineData("x", "x", "route a:700, tcp a")]
    [InlineData("x", "http-x", "route a:700, tcp a")]
    [InlineData("http-x", "x", "route b:700, tcp b")]
    [InlineData("x", "tcp-x", "route a:700, tcp a")]
    [InlineData("tcp-x", "x", "route b:700, tcp a")]
    public void Give_a_shared_port_to(string first, string second, string expected)
    {
        var listener = SampleMesh.For(Nodes.Own(), SampleMesh.Sidecar("{egress: [{bind: 127.0.0.2, hosts: ['meet/*']}]}"), Service("a", first), Service("b", second)).Listeners();

        Assert.Equal(expected, Describe(Assert.Single(listener)));

        static string Service(string name, string port) =>
            $"{{kind: Service, metadata: {{name: {name}, namespace: meet}}, spec: {{clusterIP: 10.9.0.1, ports: [{{name: {port}, port: 700}}]}}}}";
    }

    [Fact(Timeout = 15_000)]
    public void Entry_without_a_port_opens_the_ports_of_earlier_entries_again_on_its_own_address() => Assert.Equal(
        ["127.0.0.5_5432", "127.0.0.2_5432"],
        Names(SampleMesh.For(Nodes.Own(), SampleMesh.Sidecar(
            "{egress: [{port: {number: 5432, protocol: TCP, name: sql}, bind: 127.0.0.5, hosts: ['bank/*']}, {bind: 127.0.0.2, hosts: ['bank/*']}]}"))));

    [Fact(Timeout = 15_000)]
    public void Proxy_without_privileges_leaves_out_low_ports()
    {
        var node = Nodes.Own(("UNPRIVILEGED_POD", Value.ForString("true")));

        Assert.Equal(["127.0.0.2_15443", "127.0.0.2_5432", "127.0.0.2_9000"], Names(SampleMesh.For(node, SampleMesh.Sidecar(Everything))));
        Assert.Equal(["127.0.0.2_15443", "127.0.0.2_5432", "127.0.0.2_80", "127.0.0.2_9000"], Names(SampleMesh.For(Nodes.Own(), SampleMesh.Sidecar(Everything))));
    }

    [Fact(Timeout = 15_000)]
    public void Captured_traffic_is_told_apart_by_host_for_http_and_by_address_for_bytes()
    {
        var listeners = SampleMesh.For(Nodes.Own(("INTERCEPTION_MODE", Value.ForString("REDIRECT")))).Listeners();

        Assert.Equal(
            ["0.0.0.0_80", "0.0.0.0_9000", "10.8.0.3_5432", "10.8.0.9_15443", "virtualInbound", "virtualOutbound"],
            listeners.Select(listener => listener.Name).Order(StringComparer.Ordinal));
        var shared = listeners.Single(listener => listener.Name == "0.0.0.0_80");
        Assert.Equal("PassthroughFilterChain", shared.DefaultFilterChain.Name);
        Assert.Equal(["envoy.filters.listener.http_inspector"], shared.ListenerFilters.Select(filter => filter.Name));
    }

    private static List<string> Names(ConfigGenerator generator) =>
        [.. generator.Listeners().Select(listener => listener.Name).OrderBy(name => name.StartsWith("127.0.0.5", StringComparison.Ordinal) ? 0 : 1).ThenBy(name => name, StringComparer.Ordinal)];

    private static string Describe(Listener listener) => string.Join(", ",
        from chain in listener.FilterChains.Append(listener.DefaultFilterChain)
        where chain is not null
        let any = chain.Filters[^1].TypedConfig
        select any.Is(TcpProxy.Descriptor)
            ? "tcp " + any.Unpack<TcpProxy>().Cluster.Split('|')[^1].Split('.')[0]
            : "route " + any.Unpack<HttpConnectionManager>().Rds.RouteConfigName.Replace(".meet.svc.cluster.local", "", StringComparison.Ordinal));
}
