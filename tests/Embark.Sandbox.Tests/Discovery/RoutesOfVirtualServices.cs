using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>VirtualServices and DestinationRules shape the routes and clusters of sidecars.</summary>
public sealed class RoutesOfVirtualServices
{
    private const string Web = "web.shop.svc.cluster.local";

    [Fact(Timeout = 30_000)]
    public void Routes_replace_the_one_to_the_service()
    {
        var host = HostOf("""
            {hosts: [web], http: [
              {match: [{uri: {prefix: /api}, headers: {end-user: {exact: jason}, x-any: {}}, method: {exact: GET}}, {uri: {regex: "/v[0-9]+"}, withoutHeaders: {x-old: {}}, queryParams: {q: {prefix: a}}}],
               route: [{destination: {host: web, subset: v1}, weight: 90}, {destination: {host: web.shop.svc.cluster.local, subset: v2, port: {number: 80}}, weight: 10}], timeout: 5s,
               retries: {attempts: 3, perTryTimeout: 1s, retryOn: 5xx}},
              {match: [{uri: {exact: /old}}], redirect: {uri: /new, authority: shop.example, redirectCode: 302}},
              {match: [{uri: {exact: /fixed}}], directResponse: {status: 418, body: {string: tea}}},
              {route: [{destination: {host: prices}}], rewrite: {uri: /, authority: prices.example}, retries: {attempts: 0}}]}
            """);

        Assert.Equal(
        [
            """{ "match": { "prefix": "/api", "headers": [ { "name": ":method", "stringMatch": { "exact": "GET" } }, { "name": "end-user", "stringMatch": { "exact": "jason" } }, { "name": "x-any", "presentMatch": true } ] }""",
            """{ "match": { "headers": [ { "name": "x-old", "presentMatch": true, "invertMatch": true } ], "queryParameters": [ { "name": "q", "stringMatch": { "prefix": "a" } } ], "safeRegex": { "regex": "/v[0-9]+" } }""",
            """{ "match": { "path": "/old" }""", """{ "match": { "path": "/fixed" }""", """{ "match": { "prefix": "/" }""",
        ], host.Routes.Select(route => $"{new Route { Match = route.Match }}"[..^2]));
        var first = host.Routes[0].Route_;
        Assert.Equal(["outbound|80|v1|" + Web, "outbound|80|v2|" + Web], first.WeightedClusters.Clusters.Select(cluster => cluster.Name));
        Assert.Equal([90u, 10u], first.WeightedClusters.Clusters.Select(cluster => cluster.Weight!.Value));
        Assert.Equal((5, 5, 3u, "5xx", 1), (first.Timeout.Seconds, first.MaxGrpcTimeout.Seconds, first.RetryPolicy.NumRetries!.Value, first.RetryPolicy.RetryOn, first.RetryPolicy.PerTryTimeout.Seconds));
        Assert.Equal(("/new", "shop.example", RedirectAction.Types.RedirectResponseCode.Found), (host.Routes[2].Redirect.PathRedirect, host.Routes[2].Redirect.HostRedirect, host.Routes[2].Redirect.ResponseCode));
        Assert.Equal((418u, "tea"), (host.Routes[3].DirectResponse.Status, host.Routes[3].DirectResponse.Body.InlineString));
        var last = host.Routes[4].Route_;
        Assert.Equal(("outbound|80||prices.shop.svc.cluster.local", "/", "prices.example", null), (last.Cluster, last.PrefixRewrite, last.HostRewriteLiteral, last.RetryPolicy));
        Assert.All(host.Routes, route => Assert.Equal(
            "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/own", route.Metadata.FilterMetadata["istio"].Fields["config"].StringValue));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("{hosts: [web], gateways: [door], http: [{route: [{destination: {host: prices}}]}]}", "outbound|80||" + Web)]
    [InlineData("{hosts: [web], gateways: [door, mesh], http: [{route: [{destination: {host: prices}}]}]}", "outbound|80||prices.shop.svc.cluster.local")]
    [InlineData("{hosts: ['*.shop.svc.cluster.local'], http: [{route: [{destination: {host: prices}}]}]}", "outbound|80||prices.shop.svc.cluster.local")]
    [InlineData("{hosts: [other], http: [{route: [{destination: {host: prices}}]}]}", "outbound|80||" + Web)]
    [InlineData("{hosts: [web], http: [{match: [{sourceLabels: {app: other}}], route: [{destination: {host: web}}]}, {match: [{sourceLabels: {app: till}, port: 80}], route: [{destination: {host: prices}}]}]}", "outbound|80||prices.shop.svc.cluster.local")]
    public void Only_those_of_the_mesh_and_for_the_caller_count(string spec, string cluster) => Assert.Equal(cluster, Assert.Single(HostOf(spec).Routes).Route_.Cluster);

    [Fact(Timeout = 30_000)]
    public void Subsets_have_clusters_and_endpoints_of_their_own()
    {
        var generator = SampleMesh.For(Nodes.Own(),
            "{kind: DestinationRule, metadata: {name: web, namespace: shop}, spec: {host: web, subsets: [{name: red, labels: {app: web}}, {name: blue, labels: {colour: blue}, trafficPolicy: {tls: {mode: DISABLE}}}]}}");
        var clusters = generator.Clusters().Where(cluster => cluster.Name.EndsWith(Web, StringComparison.Ordinal)).ToDictionary(cluster => cluster.Name);

        Assert.Equal(["outbound|80||" + Web, "outbound|80|red|" + Web, "outbound|80|blue|" + Web], clusters.Keys);
        var red = clusters["outbound|80|red|" + Web];
        Assert.Equal("outbound_.80_.red_." + Web, red.TransportSocketMatches[0].TransportSocket.TypedConfig.Unpack<Istiod.Protos.Tls.UpstreamTlsContext>().Sni);
        Assert.Equal("red", red.Metadata.FilterMetadata["istio"].Fields["subset"].StringValue);
        Assert.Equal("/apis/networking.istio.io/v1/namespaces/shop/destination-rule/web", red.Metadata.FilterMetadata["istio"].Fields["config"].StringValue);
        Assert.Empty(clusters["outbound|80|blue|" + Web].TransportSocketMatches);
        Assert.Equal(generator.Addresses("outbound|80||" + Web), generator.Addresses("outbound|80|red|" + Web));
        Assert.NotEmpty(generator.Addresses("outbound|80|red|" + Web));
        Assert.Empty(generator.Addresses("outbound|80|blue|" + Web));
        Assert.Empty(generator.Addresses("outbound|80|none|" + Web));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("DISABLE", false, false)]
    [InlineData("ISTIO_MUTUAL", false, true)]
    public void Tls_of_a_rule_takes_the_place_of_automatic_tls(string mode, bool matches, bool socket)
    {
        var generator = SampleMesh.For(Nodes.Own(), $"{{kind: DestinationRule, metadata: {{name: web, namespace: shop}}, spec: {{host: {Web}, trafficPolicy: {{tls: {{mode: {mode}}}}}}}}}");
        var cluster = generator.Clusters().Single(candidate => candidate.Name == "outbound|80||" + Web);

        Assert.Equal((matches, socket), (cluster.TransportSocketMatches.Count > 0, cluster.TransportSocket is not null));
    }

    [Fact(Timeout = 30_000)]
    public void Gateways_know_subsets_by_their_server_names()
    {
        var generator = SampleMesh.For(Nodes.Gateway(),
            "{kind: Gateway, apiVersion: networking.istio.io/v1, metadata: {name: cross, namespace: istio-system}, spec: {selector: {istio: door}, servers: [{port: {number: 15443, protocol: TLS, name: tls}, tls: {mode: AUTO_PASSTHROUGH}, hosts: ['*.local']}]}}",
            "{kind: DestinationRule, metadata: {name: web, namespace: shop}, spec: {host: web, subsets: [{name: red, labels: {app: web}}]}}");

        Assert.Contains(generator.Listeners().Single().FilterChains, chain => chain.FilterChainMatch.ServerNames.Contains("outbound_.80_.red_." + Web));
        Assert.NotEmpty(generator.Addresses("outbound_.80_.red_." + Web));
    }

    private static VirtualHost HostOf(string spec) =>
        SampleMesh.For(Nodes.Own(), $"{{kind: VirtualService, metadata: {{name: own, namespace: shop}}, spec: {spec}}}").Routes("80").VirtualHosts.Single(host => host.Name == $"{Web}:80");
}
