using System.Net;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Rbac;
using Embark.Sandbox.Tests.Discovery;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using HttpRbac = Embark.Sandbox.Istiod.Protos.HttpRbac.RBAC;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>What the proxy cannot honour it refuses, where security depends on it, and names where not.</summary>
public sealed class Refusals
{
    private const string Types = "type.googleapis.com/envoy.";

    public static TheoryData<string, string> Rules => new()
    {
        { """{"principals": [{"filter_state": {"key": "other", "string_match": {"exact": "x"}}}], "permissions": [{"any": true}]}""", "RBAC principal FilterState is not supported" },
        { """{"principals": [{}], "permissions": [{"any": true}]}""", "RBAC principal None is not supported" },
        { """{"principals": [{"any": true}], "permissions": [{}]}""", "RBAC permission None is not supported" },
    };

    [Theory(Timeout = 60_000)]
    [InlineData("envoy.filters.http.jwt_authn")]
    [InlineData("envoy.filters.http.ext_authz")]
    [InlineData("envoy.filters.http.lua")]
    public async Task An_unknown_filter_refuses_its_listener_and_no_other(string name)
    {
        await using var app = await UpstreamApp.EchoAsync();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port));
        var (bad, good) = (Json.Port(), Json.Port());
        var listener = Json.Listener(bad, Json.To("app"), filters: $$$"""{"name": "{{{name}}}", "typed_config": {"@type": "{{{Types}}}config.core.v3.Node", "id": "x"}}""");
        var refusal = await proxy.ApplyAsync(listener, Json.Listener(good, Json.To("app")));

        Assert.Equal($"Error adding/updating listener(s) {bad}: Didn't find a registered implementation for '{name}' with type URL: '{Types}config.core.v3.Node'", refusal);
        Assert.Contains($"lds: listener '{bad}' config rejected", proxy.Log);
        Assert.Equal([$"{good}"], proxy.Runtime.Listeners.All.Select(l => l.Name));
    }

    [Theory(Timeout = 60_000), MemberData(nameof(Rules))]
    public async Task A_rule_that_is_not_known_refuses_its_listener(string policy, string words)
    {
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app"));
        foreach (var network in new[] { true, false })
        {
            var filter = Json.Rbac(network, $$$"""{"action": "DENY", "policies": {"p": {{{policy}}} }}""");
            var listener = network ? Json.ListenerOf(Json.Port(), Json.Tcp("app", filters: filter)) : Json.Listener(Json.Port(), Json.To("app"), filters: filter);

            Assert.EndsWith(words, await proxy.ApplyAsync(listener));
        }
    }

    /// <summary>A matcher in the place of rules, a condition of a policy, a permission by metadata: all fields that our messages lack.</summary>
    [Theory(Timeout = 60_000), InlineData(4, 0, 0), InlineData(0, 3, 0), InlineData(0, 0, 7)]
    public async Task A_field_that_is_not_known_refuses_rules(int ofFilter, int ofPolicy, int ofPermission)
    {
        var policy = With(new Policy { Principals = { new Principal { Any = true } }, Permissions = { With(new Permission { Any = true }, ofPermission) } }, ofPolicy);
        var filter = With(new HttpRbac { Rules = new RBAC { Policies = { ["p"] = policy } } }, ofFilter);
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app"));
        var listener = ProtoTree.Parser.Parse<Any>(Json.Listener(Json.Port(), Json.To("app"), filters: """{"name": "envoy.filters.http.rbac"}""")).Unpack<Listener>();
        var manager = listener.FilterChains[0].Filters[0].TypedConfig.Unpack<HttpConnectionManager>();
        manager.HttpFilters[0].TypedConfig = Any.Pack(filter);
        listener.FilterChains[0].Filters[0].TypedConfig = Any.Pack(manager);

        Assert.EndsWith("RBAC has settings that are not supported", await proxy.ApplyAsync([Any.Pack(listener)]));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refused_change_leaves_what_was_there()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        Assert.NotNull(await proxy.ApplyAsync(Json.Listener(port, Json.To("app"), filters: Json.Rbac(false, """{"action": "LOG"}"""))));
        using var http = proxy.Http();

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_route_with_rules_of_its_own_is_refused()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app"));
        var route = $$$"""
            {"@type": "{{{Types}}}config.route.v3.RouteConfiguration", "name": "80", "virtual_hosts": [{"name": "v", "domains": ["*"], "routes": [
            {"match": {"prefix": "/"}, "route": {"cluster": "app"}, "typed_per_filter_config": {"envoy.filters.http.rbac": {"@type": "{{{Types}}}config.core.v3.Node"} } }]}]}
            """;

        Assert.Equal("80: settings of 'envoy.filters.http.rbac' for a route are not supported", await proxy.ApplyAsync(route));
        Assert.Null(proxy.Runtime.Routes.Find("80"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("\"tls_certificate_sds_secret_configs\": [{\"name\": \"kubernetes://shop-cert\"}]", "secret 'kubernetes://shop-cert' is not to be had: only 'default' and 'ROOTCA'")]
    [InlineData("\"validation_context\": {\"trusted_ca\": {\"filename\": \"/etc/ssl/ca.pem\"}}", "certificates from files or inline are not supported")]
    [InlineData("\"validation_context\": {\"match_typed_subject_alt_names\": [{\"san_type\": \"DNS\", \"matcher\": {\"exact\": \"a\"}}]}", "names of type Dns in certificates are not checked")]
    public async Task Certificates_that_are_not_there_refuse_what_asks_for_them(string context, string words)
    {
        await using var proxy = await ProxyUnderTest.StartAsync();
        var socket = (string kind) => $$$"""
            "transport_socket": {"name": "tls", "typed_config": {"@type": "{{{Types}}}extensions.transport_sockets.tls.v3.{{{kind}}}TlsContext", "common_tls_context": { {{{context}}} } } }
            """;

        Assert.EndsWith(words, await proxy.ApplyAsync(Json.ListenerOf(Json.Port(), Json.Tcp("app", socket("Downstream")))));
        Assert.Equal($"Error adding/updating cluster(s) app: {words}", await proxy.ApplyAsync(Json.ClusterWith("app", socket("Upstream")), Json.Cluster("other")));
        Assert.Equal(["other"], proxy.Runtime.Clusters.All.Select(c => c.Name));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_has_no_effect_is_named_once()
    {
        await using var proxy = await ProxyUnderTest.StartAsync();
        for (var i = 0; i < 3; i++)
            Assert.Null(await proxy.ApplyAsync(
                Json.ClusterWith($"app-{i}", "\"outlier_detection\": {\"consecutive_5xx\": 3}"),
                Json.Listener(Json.Port(), Json.To($"app-{i}"), filters: """{"name": "istio.stats"}, {"name": "envoy.filters.http.grpc_stats"}""")));

        foreach (var named in new[] { "outlier detection has no effect", "HTTP filter 'istio.stats' has no effect", "HTTP filter 'envoy.filters.http.grpc_stats' has no effect" })
            Assert.Single(proxy.Log.Split('\n'), line => line.Contains(named, StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_field_that_is_not_known_is_named_once()
    {
        await using var proxy = await ProxyUnderTest.StartAsync();
        for (var i = 0; i < 2; i++)
            Assert.Null(await proxy.ApplyAsync([Any.Pack(With(new Cluster { Name = $"app-{i}" }, 15))]));

        Assert.Single(proxy.Log.Split('\n'), line => line.Contains("a setting of envoy.config.cluster.v3.Cluster that is not known has no effect", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_of_somebody_else_is_named()
    {
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app"));
        var refusal = await proxy.ApplyAsync($$"""
            {"@type": "{{Types}}config.listener.v3.Listener", "name": "away", "address": {"socket_address": {"address": "192.0.2.1", "port_value": 9080} }, "filter_chains": [{{Json.Tcp("app")}}]}
            """);

        Assert.Equal("Error adding/updating listener(s) away: cannot bind '192.0.2.1:9080': Cannot assign requested address", refusal);
    }

    // A message with one field more than it has.
    private static T With<T>(T message, int field)
        where T : IMessage<T> => field == 0 ? message : (T)message.Descriptor.Parser.ParseFrom([.. message.ToByteArray(), (byte)((field << 3) | 2), 0]);
}
