using System.Net;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Serving;
using Google.Protobuf;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>Proxies share what is the same for them, and nothing else.</summary>
public sealed class SharedConfiguration
{
    private static readonly string[] s_clusters =
        ["outbound|80||web.shop.svc.cluster.local", "outbound|9000||till.shop.svc.cluster.local", "outbound|5432||ledger.bank.svc.cluster.local", "outbound|1||nowhere"];

    private static readonly string[] s_routes = ["80", "9000", "nowhere"];

    private static readonly string[] s_mesh =
    [
        SidecarOf("till", "{ingress: [{port: {number: 9000, protocol: HTTP, name: http}, defaultEndpoint: '127.0.0.1:9000'}], egress: [{hosts: ['*/*']}]}"),
        SidecarOf("web", "{egress: [{hosts: ['./*']}]}"),
        """
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data: {mesh: "{extensionProviders: [{name: zip, zipkin: {service: zipkin.shop, port: 9411}}], defaultProviders: {tracing: [zip]}}"}
        """,
    ];

    // Each is another proxy than Nodes.Own() in one respect that counts.
    private static readonly Dictionary<string, Func<ProxyNode, ProxyNode>> s_others = new()
    {
        ["namespace"] = node => node with { Namespace = "bank" },
        ["label that a Sidecar selects by"] = node => node with { Labels = new Dictionary<string, string> { ["app"] = "web" } },
        ["label that traces quote"] = node => node with { Labels = new Dictionary<string, string> { ["app"] = "till", ["service.istio.io/canonical-name"] = "checkout" } },
        ["network"] = node => node with { Network = "pod-net" },
        ["visible networks"] = node => node with { RequestedNetworks = ["vm-net"] },
        ["interception"] = node => node with { Interception = Interception.Redirect },
        ["version"] = node => node with { Version = new Version(1, 28, 3) },
        ["address"] = node => node with { Addresses = [IPAddress.Parse("192.0.2.99")] },
        ["address family"] = node => node with { Addresses = [IPAddress.Parse("2001:db8::1")] },
        ["address of a known workload"] = node => node with { Addresses = [IPAddress.Parse("198.51.100.7")] },
        ["privileges"] = node => node with { Unprivileged = true },
        ["sampling"] = node => node with { Sampling = 50 },
        ["cluster"] = node => node with { ClusterId = "other" },
        ["mesh"] = node => node with { MeshId = "other" },
        ["type"] = node => node with { IsRouter = true },
    };

    public static TheoryData<string> Respects => [.. s_others.Keys];

    [Theory(Timeout = 30_000), MemberData(nameof(Respects))]
    public void Never_gives_a_proxy_what_another_one_needs(string respect)
    {
        var shared = new SharedResources(SampleMesh.View(s_mesh), new GeneratorOptions());
        var (one, other) = (Nodes.Own(), s_others[respect](Nodes.Own()));

        Assert.Equal(Alone(one), Given(shared, one));
        Assert.Equal(Alone(other), Given(shared, other));
        Assert.NotEqual(Given(shared, one), Given(shared, other));
    }

    [Fact(Timeout = 30_000)]
    public void Is_the_very_same_for_proxies_that_differ_in_nothing_that_counts()
    {
        var shared = new SharedResources(SampleMesh.View(s_mesh), new GeneratorOptions());
        var one = new GeneratedResources(shared, Nodes.Own());
        var other = new GeneratedResources(shared, Nodes.Own() with
        {
            Id = "sidecar~192.0.2.10~vm-2.shop~shop.svc.cluster.local", Name = "vm-2", ServiceAccount = "somebody", WorkloadEntry = "vm-2",
            Labels = new Dictionary<string, string> { ["app"] = "till", ["serial"] = "4711" },
        });

        foreach (var (type, names) in Asked)
            foreach (var (first, second) in one.Of(type, names).Zip(other.Of(type, names)))
                if (!first.Name.StartsWith("inbound", StringComparison.Ordinal) && first.Name != "192.0.2.10_9000")
                    Assert.Same(first, second);
    }

    [Fact(Timeout = 30_000)]
    public void Of_proxies_at_other_addresses_is_all_but_what_comes_in()
    {
        var shared = new SharedResources(SampleMesh.View(s_mesh), new GeneratorOptions());
        var one = new GeneratedResources(shared, Nodes.Own());
        var other = new GeneratedResources(shared, s_others["address"](Nodes.Own()));

        Assert.Equal(["inbound|9000||"], NotShared(TypeUrls.Cluster));
        Assert.Equal(["192.0.2.99_9000"], NotShared(TypeUrls.Listener));
        Assert.Empty(NotShared(TypeUrls.Endpoint));
        Assert.Empty(NotShared(TypeUrls.Route));

        IEnumerable<string> NotShared(string type) => other.Of(type, Asked[type]).Except(one.Of(type, Asked[type])).Select(resource => resource.Name);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{kind: Sidecar, metadata: {name: s, namespace: shop}, spec: {workloadSelector: {labels: {tier: front}}, egress: [{hosts: ['~/*']}]}}")]
    [InlineData("{kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {selector: {matchLabels: {tier: front}}, tracing: [{disableSpanReporting: true}]}}")]
    [InlineData("{kind: PeerAuthentication, metadata: {name: p, namespace: shop}, spec: {selector: {matchLabels: {tier: front}}, mtls: {mode: STRICT}}}")]
    [InlineData("{kind: AuthorizationPolicy, metadata: {name: a, namespace: shop}, spec: {selector: {matchLabels: {tier: front}}}}")]
    [InlineData("{kind: VirtualService, metadata: {name: v, namespace: shop}, spec: {hosts: [web], http: [{match: [{sourceLabels: {tier: front}}], route: [{destination: {host: till}}]}, {route: [{destination: {host: web}}]}]}}")]
    [InlineData("{kind: Gateway, apiVersion: networking.istio.io/v1, metadata: {name: g, namespace: shop}, spec: {selector: {tier: front}, servers: [{port: {number: 15443, protocol: TLS, name: tls}, tls: {mode: AUTO_PASSTHROUGH}, hosts: ['*']}]}}", true)]
    public void Heeds_a_label_as_soon_as_an_object_asks_for_it(string asking, bool router = false)
    {
        var front = Nodes.Own() with { IsRouter = router, Labels = new Dictionary<string, string> { ["app"] = "till", ["tier"] = "front" } };
        var back = Nodes.Own() with { IsRouter = router, Labels = new Dictionary<string, string> { ["app"] = "till", ["tier"] = "back" } };
        var without = new SharedResources(SampleMesh.View(s_mesh), new GeneratorOptions());
        var with = new SharedResources(SampleMesh.View([asking, .. s_mesh]), new GeneratorOptions());

        Assert.Equal(Given(without, front), Given(without, back));
        Assert.NotEqual(Given(with, front), Given(with, back));
    }

    [Fact(Timeout = 30_000)]
    public void Stays_the_same_object_over_changes_that_do_not_touch_it()
    {
        const string More = "{kind: WorkloadEntry, metadata: {name: till-2, namespace: shop}, spec: {address: 198.51.100.8, network: vm-net, serviceAccount: till, labels: {app: till}}}";
        var before = new SharedResources(SampleMesh.View(s_mesh), new GeneratorOptions());
        var first = new GeneratedResources(before, Nodes.Own());
        var old = Asked.Keys.SelectMany(type => first.Of(type, Asked[type])).ToList();
        var second = new GeneratedResources(new SharedResources(SampleMesh.View([.. s_mesh, More]), new GeneratorOptions(), before), Nodes.Own());

        Assert.Equal(
            ["inbound|9000||", "outbound|9000||till.shop.svc.cluster.local", "192.0.2.10_9000"],
            Asked.Keys.SelectMany(type => second.Of(type, Asked[type])).Except(old).Select(resource => resource.Name));
    }

    private static Dictionary<string, string[]> Asked { get; } = new()
    {
        [TypeUrls.Cluster] = [], [TypeUrls.Endpoint] = s_clusters, [TypeUrls.Listener] = [], [TypeUrls.Route] = s_routes, [TypeUrls.NameTable] = [],
    };

    private static string SidecarOf(string app, string spec) => $"{{kind: Sidecar, metadata: {{name: {app}, namespace: shop}}, spec: {spec.Insert(1, $"workloadSelector: {{labels: {{app: {app}}}}}, ")}}}";

    private static IEnumerable<string> Given(SharedResources shared, ProxyNode proxy)
    {
        var resources = new GeneratedResources(shared, proxy);
        return [.. Asked.SelectMany(type => resources.Of(type.Key, type.Value).Select(resource => Line(type.Key, resource.Message.Value)))];
    }

    private static IEnumerable<string> Alone(ProxyNode proxy)
    {
        var alone = SampleMesh.For(proxy, s_mesh);
        return
        [
            .. alone.Clusters().Select(cluster => Line(TypeUrls.Cluster, cluster.ToByteString())),
            .. s_clusters.Select(name => Line(TypeUrls.Endpoint, alone.Endpoints(name).ToByteString())),
            .. alone.Listeners().Select(listener => Line(TypeUrls.Listener, listener.ToByteString())),
            .. s_routes.Select(name => Line(TypeUrls.Route, alone.Routes(name).ToByteString())),
            Line(TypeUrls.NameTable, alone.NameTable().ToByteString()),
        ];
    }

    private static string Line(string type, ByteString bytes) => $"{type} {bytes.ToBase64()}";
}
