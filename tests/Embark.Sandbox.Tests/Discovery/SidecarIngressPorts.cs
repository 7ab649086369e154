using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Google.Protobuf.WellKnownTypes;
using static Embark.Sandbox.Istiod.Protos.Clusters.Cluster.Types;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class SidecarIngressPorts
{
    [Fact(Timeout = 15_000)]
    public void Listen_on_the_address_of_the_proxy_or_on_the_bind()
    {
        Assert.Equal("192.0.2.10_9000", Listener("{port: {number: 9000, protocol: HTTP}, defaultEndpoint: '127.0.0.1:9000'}"));
        Assert.Equal("192.0.2.99_9000", Listener("{port: {number: 9000, protocol: HTTP}, bind: 192.0.2.99, defaultEndpoint: '127.0.0.1:9000'}"));

        static string Listener(string ingress) => Assert.Single(For(ingress).Listeners()).Name;
    }

    [Fact(Timeout = 15_000)]
    public void Reach_the_application_where_the_default_endpoint_says()
    {
        var cluster = Inbound("{port: {number: 9000, protocol: HTTP}, defaultEndpoint: '127.0.0.1:9001'}");

        Assert.Equal(DiscoveryType.Static, cluster.Type);
        Assert.Equal(9001u, cluster.LoadAssignment.Endpoints[0].LbEndpoints[0].Endpoint.Address.SocketAddress.PortValue);
    }

    /// <summary>Without packet rules that is the listener itself: a trap that the real istiod has, too.</summary>
    [Theory(Timeout = 15_000), InlineData("192.0.2.10:9000"), InlineData("0.0.0.0:9000"), InlineData("")]
    public void Pass_the_connection_on_when_the_application_is_at_the_address_of_the_proxy(string endpoint)
    {
        var cluster = Inbound($"{{port: {{number: 9000, protocol: HTTP}}, defaultEndpoint: '{endpoint}'}}");

        Assert.Equal(DiscoveryType.OriginalDst, cluster.Type);
        Assert.Equal("127.0.0.6", cluster.UpstreamBindConfig.SourceAddress.Address);
    }

    [Fact(Timeout = 15_000)]
    public void Speak_http2_to_the_application_only_where_declared()
    {
        Assert.Single(Inbound("{port: {number: 9000, protocol: GRPC}, defaultEndpoint: '127.0.0.1:9000'}").TypedExtensionProtocolOptions);
        Assert.Empty(Inbound("{port: {number: 9000, protocol: HTTP}, defaultEndpoint: '127.0.0.1:9000'}").TypedExtensionProtocolOptions);
    }

    [Fact(Timeout = 15_000)]
    public void Are_needed_where_ports_are_bound_since_the_application_holds_its_own()
    {
        var node = Nodes.Own(("INSTANCE_IPS", Value.ForString("198.51.100.7")));
        var captured = Nodes.Own(("INSTANCE_IPS", Value.ForString("198.51.100.7")), ("INTERCEPTION_MODE", null));

        Assert.DoesNotContain(SampleMesh.For(node).Clusters(), IsInbound);
        Assert.Contains(SampleMesh.For(captured).Clusters(), IsInbound);

        static bool IsInbound(Cluster cluster) => cluster.Name == "inbound|9000||";
    }

    private static Cluster Inbound(string ingress) => For(ingress).Clusters().Single(cluster => cluster.Name == "inbound|9000||");

    private static ConfigGenerator For(string ingress) =>
        SampleMesh.For(Nodes.Own(), SampleMesh.Sidecar($"{{ingress: [{ingress}], egress: [{{hosts: ['~/*']}}]}}"));
}
