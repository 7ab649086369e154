using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Mesh;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>Settings with which a proxy becomes ready and is of no use: what it is given then (recorded faults of a real istiod).</summary>
public sealed class ReadyYetWrong
{
    private const string Reviews = "outbound|9080||reviews.bookinfo.svc.cluster.local";

    [Fact(Timeout = 30_000)]
    public void Vm_without_labels_gets_eight_listeners_on_loopback_and_no_inbound_one()
    {
        var generator = Generate(Nodes.Vm(("LABELS", null)));

        Assert.Equal(
            ["127.0.0.1_11800", "127.0.0.1_15010", "127.0.0.1_15012", "127.0.0.1_15014", "127.0.0.1_15443", "127.0.0.1_443", "127.0.0.1_9080", "127.0.0.1_9411"],
            generator.Listeners().Select(listener => listener.Name).Order(StringComparer.Ordinal));
        Assert.Equal(15, generator.Clusters().Count);
        Assert.DoesNotContain(generator.Clusters(), cluster => cluster.Name.StartsWith("inbound|", StringComparison.Ordinal));
    }

    [Fact(Timeout = 30_000)]
    public void Vm_with_labels_that_match_no_sidecar_gets_the_same_as_without() => Assert.Equal(
        Generate(Nodes.Vm(("LABELS", null))).Listeners().Select(listener => listener.Name),
        Generate(Nodes.Vm(("LABELS", Nodes.Labels(("app", "ratings"), ("class", "pod"))))).Listeners().Select(listener => listener.Name));

    [Fact(Timeout = 30_000)]
    public void Vm_without_interception_mode_gets_listeners_that_wait_for_redirected_traffic()
    {
        var listeners = Generate(Nodes.Vm(("INTERCEPTION_MODE", null))).Listeners();

        Assert.Equal(["127.0.0.2_9080", "virtualOutbound", "virtualInbound"], listeners.Select(listener => listener.Name));
        Assert.False(listeners[0].BindToPort);
        Assert.Equal(15001u, listeners[1].Address.SocketAddress.PortValue);
        Assert.Equal(15006u, listeners[2].Address.SocketAddress.PortValue);
    }

    [Fact(Timeout = 30_000)]
    public void Vm_that_claims_the_network_of_the_cluster_gets_pod_addresses() =>
        Assert.Equal(["10.4.0.12:9080"], Addresses(Generate(Nodes.Vm(("NETWORK", Value.ForString("cluster-net")))), Reviews));

    [Theory(Timeout = 30_000), InlineData(null), InlineData("some-network")]
    public void Vm_without_a_network_or_on_an_unknown_one_goes_by_the_gateway(string? network) => Assert.Equal(
        ["10.4.100.1:15443"], Addresses(Generate(Nodes.Vm(("NETWORK", network is null ? null : Value.ForString(network)))), Reviews));

    [Fact(Timeout = 30_000)]
    public void Vm_gets_pod_addresses_while_the_network_of_the_cluster_has_no_name() => Assert.Equal(
        ["10.4.0.12:9080"],
        Addresses(Generate(Nodes.Vm(), objects => Find(objects, "Namespace", "istio-system")["metadata"]!.AsObject().Remove("labels")), Reviews));

    [Fact(Timeout = 30_000)]
    public void Vm_gets_pod_addresses_while_the_gateway_has_no_such_port_or_no_address()
    {
        Assert.Equal(["10.4.0.12:9080"], Addresses(Generate(Nodes.Vm(), objects => Find(objects, "Service", "vmgateway").Remove("status")), Reviews));
        Assert.Equal(["10.4.0.12:9080"], Addresses(
            Generate(Nodes.Vm(), objects => Find(objects, "Service", "vmgateway")["metadata"]!["labels"]![Labels.GatewayPort] = "15444"), Reviews));
    }

    [Fact(Timeout = 30_000)]
    public void Mutual_tls_switched_off_leaves_the_vm_a_place_without_endpoints_in_another_network()
    {
        var generator = Generate(Nodes.Vm(), objects => objects.AddRange(YamlText.ParseDocuments(
            "{kind: PeerAuthentication, metadata: {name: off, namespace: bookinfo}, spec: {mtls: {mode: DISABLE}}}")));

        Assert.Empty(Assert.Single(generator.Endpoints(Reviews).Endpoints).LbEndpoints);
        Assert.Empty(generator.Clusters().Single(cluster => cluster.Name == Reviews).TransportSocketMatches);
    }

    [Fact(Timeout = 30_000)]
    public void Labels_of_the_registry_stand_in_when_the_proxy_is_at_the_address_of_the_entry()
    {
        var generator = Generate(Nodes.Vm(("LABELS", null)), objects => Find(objects, "WorkloadEntry", "ratings-vm")["spec"]!["address"] = "10.128.0.2");

        Assert.Equal(["127.0.0.2_9080", "10.128.0.2_9080"], generator.Listeners().Select(listener => listener.Name));
        Assert.Equal(
            "ratings", generator.Clusters().Single(cluster => cluster.Name == "inbound|9080||")
                .Metadata.FilterMetadata["istio"].Fields["services"].ListValue.Values[0].StructValue.Fields["name"].StringValue);
    }

    private static ConfigGenerator Generate(ProxyNode node, Action<List<JsonObject>>? change = null)
    {
        var objects = RecordedMesh.Objects();
        change?.Invoke(objects);
        return new ConfigGenerator(MeshView.Of(objects), node, new GeneratorOptions());
    }

    private static JsonObject Find(List<JsonObject> objects, string kind, string name) =>
        objects.Single(item => item.Text("kind") == kind && item.Text("metadata", "name") == name);

    private static IEnumerable<string> Addresses(ConfigGenerator generator, string cluster) =>
        from place in generator.Endpoints(cluster).Endpoints
        from endpoint in place.LbEndpoints
        let socket = endpoint.Endpoint.Address.SocketAddress
        select $"{socket.Address}:{socket.PortValue}";
}
