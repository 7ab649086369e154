using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using HttpRbac = Embark.Sandbox.Istiod.Protos.HttpRbac.RBAC;
using NetworkRbac = Embark.Sandbox.Istiod.Protos.NetworkRbac.RBAC;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>AuthorizationPolicies become RBAC filters of inbound chains.</summary>
public sealed class AuthorizationOfWorkloads
{
    private const string Ingress = """{workloadSelector: {labels: {app: till}}, ingress: [{port: {number: 9000, protocol: HTTP, name: http}, defaultEndpoint: "127.0.0.1:9000"}], egress: [{bind: 127.0.0.2, hosts: ["./*"]}]}""";

    [Fact(Timeout = 30_000)]
    public void Deny_comes_before_allow()
    {
        var filters = Http(Policy("a", "{}"), Policy("d", "{action: DENY, rules: [{}]}"));

        Assert.Equal(["Deny", "Allow"], filters.Select(rbac => $"{rbac.Rules.Action}"));
        Assert.Equal("ns[shop]-policy[d]-rule[0]", Assert.Single(filters[0].Rules.Policies.Keys));
        Assert.Empty(filters[1].Rules.Policies); // allows nobody
    }

    [Theory(Timeout = 30_000)]
    [InlineData("shop", "{selector: {matchLabels: {app: till}}, rules: [{}]}", 1)]
    [InlineData("shop", "{selector: {matchLabels: {app: other}}, rules: [{}]}", 0)]
    [InlineData("bank", "{rules: [{}]}", 0)]
    [InlineData("istio-system", "{rules: [{}]}", 1)]
    [InlineData("shop", "{action: AUDIT, rules: [{}]}", 0)]
    public void Policy_covers_its_workloads(string @namespace, string spec, int filters) => Assert.Equal(filters, Http(Policy("p", spec, @namespace)).Count);

    [Fact(Timeout = 30_000)]
    public void Rule_asks_for_everything_in_it()
    {
        var rbac = Assert.Single(Http(Policy("p", """
            {rules: [{
              from: [{source: {principals: ["cluster.local/ns/shop/sa/web", "*"], notNamespaces: [bank]}}],
              to: [{operation: {methods: [GET], paths: ["/info*", "*.html"], ports: ["9000"], hosts: ["Shop"]}}],
              when: [{key: "request.headers[x-token]", values: [secret]}, {key: source.ip, notValues: [10.0.0.0/8]}, {key: destination.port, values: ["9000"]}]}]}
            """)));

        Assert.Equal("""
            { "permissions": [ { "andRules": { "rules": [ { "orRules": { "rules": [ { "header": { "name": ":method", "stringMatch": { "exact": "GET" } } } ] } }, { "orRules": { "rules": [ { "urlPath": { "path": { "prefix": "/info" } } }, { "urlPath": { "path": { "suffix": ".html" } } } ] } }, { "orRules": { "rules": [ { "destinationPort": 9000 } ] } }, { "orRules": { "rules": [ { "header": { "name": ":authority", "stringMatch": { "exact": "Shop", "ignoreCase": true } } } ] } }, { "orRules": { "rules": [ { "destinationPort": 9000 } ] } } ] } } ], "principals": [ { "andIds": { "ids": [ { "orIds": { "ids": [ { "authenticated": { "principalName": { "exact": "spiffe://cluster.local/ns/shop/sa/web" } } }, { "authenticated": { "principalName": { "safeRegex": { "regex": ".+" } } } } ] } }, { "notId": { "orIds": { "ids": [ { "authenticated": { "principalName": { "safeRegex": { "regex": ".*/ns/bank/.*" } } } } ] } } }, { "orIds": { "ids": [ { "header": { "name": "x-token", "stringMatch": { "exact": "secret" } } } ] } }, { "notId": { "orIds": { "ids": [ { "directRemoteIp": { "addressPrefix": "10.0.0.0", "prefixLen": 8 } } ] } } } ] } } ] }
            """, $"{rbac.Rules.Policies.Values.Single()}");
    }

    /// <summary>A condition that is not known must never let somebody in.</summary>
    [Theory(Timeout = 30_000)]
    [InlineData("ALLOW", "from: [{source: {requestPrincipals: [\"*\"]}}]", null)]
    [InlineData("ALLOW", "from: [{source: {remoteIpBlocks: [10.0.0.0/8]}}]", null)]
    [InlineData("ALLOW", "when: [{key: \"request.auth.claims[iss]\", values: [x]}]", null)]
    [InlineData("ALLOW", "to: [{operation: {notMethods: [GET], future: [x]}}]", null)]
    [InlineData("DENY", "to: [{operation: {paths: [\"/a\"], future: [x]}}]", """[ { "andRules": { "rules": [ { "orRules": { "rules": [ { "urlPath": { "path": { "exact": "/a" } } } ] } } ] } } ]""")]
    [InlineData("DENY", "when: [{key: \"request.auth.claims[iss]\", values: [x]}]", """[ { "any": true } ]""")]
    public void What_is_not_known_opens_nothing(string action, string rule, string? permissions)
    {
        var rbac = Assert.Single(Http(Policy("p", $"{{action: {action}, rules: [{{{rule}}}]}}")));

        Assert.Equal(permissions, rbac.Rules.Policies.Values.SingleOrDefault()?.Permissions.ToString());
    }

    [Fact(Timeout = 30_000)]
    public void Of_a_port_for_bytes_looks_at_connections_only()
    {
        var rules = Tcp(Policy("a", "{rules: [{to: [{operation: {methods: [GET]}}]}, {from: [{source: {namespaces: [shop]}}]}]}"), Policy("d", "{action: DENY, rules: [{to: [{operation: {paths: [/x]}}]}]}"));

        Assert.Equal("""[ { "any": true } ]""", rules[0].Rules.Policies.Values.Single().Permissions.ToString()); // denies more
        Assert.Equal("ns[shop]-policy[a]-rule[1]", Assert.Single(rules[1].Rules.Policies.Keys));
    }

    private static string Policy(string name, string spec, string @namespace = "shop") => $"{{kind: AuthorizationPolicy, metadata: {{name: {name}, namespace: {@namespace}}}, spec: {spec}}}";

    private static List<HttpRbac> Http(params string[] policies) =>
    [
        .. Inbound(Ingress, policies).FilterChains[0].Filters.Single(filter => filter.TypedConfig.Is(HttpConnectionManager.Descriptor)).TypedConfig.Unpack<HttpConnectionManager>()
            .HttpFilters.Where(filter => filter.Name == "envoy.filters.http.rbac").Select(filter => filter.TypedConfig.Unpack<HttpRbac>()),
    ];

    private static List<NetworkRbac> Tcp(params string[] policies) =>
        [.. Inbound(Ingress.Replace("HTTP", "TCP", StringComparison.Ordinal), policies).FilterChains[0].Filters.Where(filter => filter.Name == "envoy.filters.network.rbac").Select(filter => filter.TypedConfig.Unpack<NetworkRbac>())];

    private static Listener Inbound(string sidecar, string[] policies) =>
        SampleMesh.For(Nodes.Own(), [SampleMesh.Sidecar(sidecar), .. policies]).Listeners().Single(listener => listener.Name == "192.0.2.10_9000");
}
