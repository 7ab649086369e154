using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class EndpointsOfServices
{
    private const string Till = "outbound|9000||till.shop.svc.cluster.local";
    private const string Web = "outbound|80||web.shop.svc.cluster.local";

    [Fact(Timeout = 15_000)]
    public void Entry_that_asks_for_health_checks_gets_traffic_only_while_healthy()
    {
        Assert.DoesNotContain(SampleMesh.For(Nodes.Own(), Entry("")).Addresses(Till), IsChecked);
        Assert.DoesNotContain(SampleMesh.For(Nodes.Own(), Entry("False")).Addresses(Till), IsChecked);
        Assert.Contains(SampleMesh.For(Nodes.Own(), Entry("True")).Addresses(Till), IsChecked);

        static string Entry(string health) => $$$"""
            kind: WorkloadEntry
            metadata: {name: checked, namespace: shop, annotations: {proxy.istio.io/health-checks-enabled: "true"}}
            spec: {address: 198.51.100.8, network: vm-net, serviceAccount: till, labels: {app: till}}
            status: {conditions: [{type: Healthy, status: "{{{health}}}"}]}
            """;

        static bool IsChecked(string address) => address == "198.51.100.8:9000*1";
    }

    [Fact(Timeout = 15_000)]
    public void Target_by_name_is_found_among_the_ports_of_the_entry()
    {
        Assert.Equal(["198.51.100.9:7070*5"], SampleMesh.For(Nodes.Own(), Entry("{api: 7070}")).Addresses("outbound|80||prices.shop.svc.cluster.local"));
        Assert.Empty(SampleMesh.For(Nodes.Own(), Entry("{other: 7070}")).Addresses("outbound|80||prices.shop.svc.cluster.local"));

        static string Entry(string ports) => $$$"""
            kind: WorkloadEntry
            metadata: {name: prices-vm, namespace: shop, labels: {app: prices}}
            spec: {address: 198.51.100.9, network: vm-net, weight: 5, ports: {{{ports}}} }
            """;
    }

    [Fact(Timeout = 15_000)]
    public void Pods_that_are_not_ready_and_hosts_that_are_no_address_are_left_out()
    {
        Assert.Equal(["10.4.0.1:8080*1"], SampleMesh.For(Nodes.Own(("NETWORK", Value.ForString("pod-net")))).Addresses(Web));
        Assert.Equal(["198.51.100.7:9000*1"], SampleMesh.For(
            Nodes.Own(), "{kind: WorkloadEntry, metadata: {name: dns, namespace: shop}, spec: {address: vm.example.test, labels: {app: till}}}").Addresses(Till));
    }

    [Fact(Timeout = 15_000)]
    public void Share_of_several_gateways_stays_a_whole_number()
    {
        string[] more =
        [
            "{kind: Service, metadata: {name: door2, namespace: istio-system, labels: {topology.istio.io/network: pod-net}},"
            + " spec: {externalIPs: [10.4.100.2], ports: [{name: tls, port: 15443}]}}",
            Pod(2), Pod(3), Slice(2), Slice(3),
            "{kind: WorkloadEntry, metadata: {name: web-vm, namespace: shop}, spec: {address: 198.51.100.5, network: vm-net, serviceAccount: web, labels: {app: web}}}",
        ];

        Assert.Equal(["10.4.100.1:15443*3", "10.4.100.2:15443*3", "198.51.100.5:8080*2"], SampleMesh.For(Nodes.Own(), more).Addresses(Web).Order(StringComparer.Ordinal));

        static string Pod(int n) =>
            $"{{kind: Pod, metadata: {{name: web-{n}, namespace: shop, labels: {{security.istio.io/tlsMode: istio}}}}, spec: {{nodeName: n1}}, status: {{podIP: 10.4.0.{n}}}}}";

        static string Slice(int n) =>
            $"{{kind: EndpointSlice, metadata: {{name: web-{n}, namespace: shop, labels: {{kubernetes.io/service-name: web}}}}, "
            + $"endpoints: [{{addresses: [10.4.0.{n}], targetRef: {{name: web-{n}}}}}], ports: [{{name: http, port: 8080}}]}}";
    }

    [Fact(Timeout = 15_000)]
    public void Gateway_of_another_address_family_leaves_nothing_to_dial() =>
        Assert.Empty(SampleMesh.For(Nodes.Own(("INSTANCE_IPS", Value.ForString("2001:db8::10")))).Addresses(Web));

    [Fact(Timeout = 15_000)]
    public void Mesh_networks_name_gateways_and_ranges()
    {
        const string Map = """
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              meshNetworks: |
                networks:
                  vm-net: {endpoints: [], gateways: [{address: 203.0.113.7, port: 15443}]}
            """;

        Assert.Equal(["203.0.113.7:15443*1"], SampleMesh.For(Nodes.Own(("NETWORK", Value.ForString("pod-net"))), Map).Addresses(Till));
    }

    [Fact(Timeout = 15_000)]
    public void Registry_service_named_by_mesh_networks_is_a_gateway_of_this_cluster()
    {
        const string Map = """
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              meshNetworks: |
                networks:
                  pod-net: {endpoints: [{fromRegistry: Kubernetes}], gateways: [{registryServiceName: other.istio-system.svc.cluster.local, port: 443}]}
            """;
        const string Service = "{kind: Service, metadata: {name: other, namespace: istio-system}, spec: {externalIPs: [203.0.113.9], ports: [{name: tls, port: 443}]}}";

        Assert.Equal(["10.4.100.1:15443*1", "203.0.113.9:443*1"], SampleMesh.For(Nodes.Own(), Map, Service).Addresses(Web));
    }

    [Fact(Timeout = 15_000)]
    public void View_of_one_network_hides_the_others()
    {
        var view = ("REQUESTED_NETWORK_VIEW", Value.ForString("pod-net"));

        Assert.Empty(SampleMesh.For(Nodes.Gateway(view)).Endpoints(Till).Endpoints);
        Assert.Equal(["10.4.0.1:8080*1"], SampleMesh.For(Nodes.Gateway(view)).Addresses("outbound_.80_._.web.shop.svc.cluster.local"));
    }

    [Fact(Timeout = 15_000)]
    public void Cluster_that_nobody_knows_has_a_name_and_no_endpoints()
    {
        foreach (var name in new[] { "outbound|81||web.shop.svc.cluster.local", "outbound|80||gone.shop.svc.cluster.local", "nonsense" })
        {
            var assignment = SampleMesh.For(Nodes.Own()).Endpoints(name);
            Assert.Equal(name, assignment.ClusterName);
            Assert.Empty(assignment.Endpoints);
        }
    }

    [Fact(Timeout = 15_000)]
    public void Entries_leave_their_health_unsaid_and_carry_their_name()
    {
        var endpoint = SampleMesh.For(Nodes.Own()).Endpoints(Till).Endpoints[0].LbEndpoints[0];

        Assert.Equal(HealthStatus.Unknown, endpoint.HealthStatus);
        Assert.Equal("till-vm;shop;till;;Kubernetes", endpoint.Metadata.FilterMetadata["istio"].Fields["workload"].StringValue);
    }
}
