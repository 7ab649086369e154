using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class NodesOfProxies
{
    [Theory(Timeout = 15_000)]
    [InlineData("sidecar~10.0.0.1~a.b", "missing parts in the service node")]
    [InlineData("toaster~10.0.0.1~a.b~c", "invalid node type (valid types: [sidecar router waypoint ztunnel])")]
    [InlineData("sidecar~nowhere~a.b~c", "no valid IP address in the service node id or metadata")]
    public void Are_refused_with_the_words_of_istiod(string id, string words) =>
        Assert.StartsWith(words, Assert.Throws<InvalidNodeException>(() => ProxyNode.Parse(new Node { Id = id, Metadata = new Struct() })).Message, StringComparison.Ordinal);

    [Fact(Timeout = 15_000)]
    public void Must_be_there() => Assert.Equal("missing node information", Assert.Throws<InvalidNodeException>(() => ProxyNode.Parse(null)).Message);

    [Fact(Timeout = 15_000)]
    public void Of_the_wrong_kind_of_metadata_are_refused()
    {
        (string, Value)[] wrong =
        [
            ("LABELS", Value.ForString("{}")), ("PILOT_SAN", Value.ForString("a")), ("ENVOY_STATUS_PORT", Value.ForString("15021")), ("UNPRIVILEGED_POD", Value.ForBool(true)),
        ];

        foreach (var change in wrong)
            Assert.StartsWith("failed to unmarshal node metadata ({", Assert.Throws<InvalidNodeException>(() => Nodes.Own(change)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public void Have_the_listed_addresses_only_when_all_are_addresses()
    {
        Assert.Equal("192.0.2.11", Nodes.Own(("INSTANCE_IPS", Value.ForString("192.0.2.11,2001:db8::1"))).Addresses[0].ToString());
        Assert.Equal("192.0.2.10", Nodes.Own(("INSTANCE_IPS", Value.ForString("192.0.2.11,nowhere"))).Addresses[0].ToString());
    }

    [Theory(Timeout = 15_000), InlineData("sotw"), InlineData("delta")]
    public void Of_a_recorded_agent_are_understood(string kind)
    {
        var bytes = File.ReadAllBytes(Path.Combine(RecordedMesh.Folder, "xds", "agent-requests", kind + "-1.pb"));
        var node = ProxyNode.Parse(kind == "delta" ? DeltaDiscoveryRequest.Parser.ParseFrom(bytes).Node : DiscoveryRequest.Parser.ParseFrom(bytes).Node);

        Assert.Equal(("bookinfo", "ratings-vm", Interception.None, "vm-us-central1-a"), (node.Namespace, node.Name, node.Interception, node.Network));
        Assert.Equal("ratings", node.Labels["app"]);
    }
}
