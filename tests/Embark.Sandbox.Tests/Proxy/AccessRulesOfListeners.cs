using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>RBAC filters are honoured, in the forms that Istio's policies take.</summary>
public sealed class AccessRulesOfListeners
{
    private const string Anybody = """{"any": true}""";
    private const string Client = $$"""{"authenticated": {"principal_name": {"exact": "{{ProxyUnderTest.Client}}"} } }""";

    [Theory(Timeout = 60_000)]
    [InlineData(Anybody, """{"any": true}""", "GET", "/", true)]
    [InlineData(Client, """{"any": true}""", "GET", "/", true)]
    [InlineData("""{"authenticated": {"principal_name": {"exact": "spiffe://cluster.local/ns/shop/sa/other"}}}""", """{"any": true}""", "GET", "/", false)]
    [InlineData("""{"authenticated": {"principal_name": {"safe_regex": {"regex": ".*/ns/shop/.*"}}}}""", """{"any": true}""", "GET", "/", true)]
    [InlineData("""{"authenticated": {"principal_name": {"safe_regex": {"regex": ".*/ns/bank/.*"}}}}""", """{"any": true}""", "GET", "/", false)]
    [InlineData("""{"filter_state": {"key": "io.istio.peer_principal", "string_match": {"suffix": "/sa/client"}}}""", """{"any": true}""", "GET", "/", true)]
    [InlineData("""{"not_id": {"authenticated": {"principal_name": {"suffix": "/sa/client"}}}}""", """{"any": true}""", "GET", "/", false)]
    [InlineData("""{"and_ids": {"ids": [{"any": true}, {"authenticated": {}}]}}""", """{"any": true}""", "GET", "/", true)]
    [InlineData("""{"or_ids": {"ids": [{"direct_remote_ip": {"address_prefix": "127.9.9.9", "prefix_len": 8}}]}}""", """{"any": true}""", "GET", "/", true)]
    [InlineData("""{"direct_remote_ip": {"address_prefix": "10.0.0.0", "prefix_len": 8}}""", """{"any": true}""", "GET", "/", false)]
    [InlineData("""{"header": {"name": "x-token", "string_match": {"exact": "open sesame"}}}""", """{"any": true}""", "GET", "/", true)]
    [InlineData("""{"header": {"name": "x-none", "present_match": true}}""", """{"any": true}""", "GET", "/", false)]
    [InlineData(Anybody, """{"header": {"name": ":method", "string_match": {"exact": "GET"}}}""", "POST", "/", false)]
    [InlineData(Anybody, """{"and_rules": {"rules": [{"header": {"name": ":method", "string_match": {"exact": "GET"}}}, {"url_path": {"path": {"prefix": "/public"}}}]}}""", "GET", "/public/a?x=/private", true)]
    [InlineData(Anybody, """{"url_path": {"path": {"prefix": "/public"}}}""", "GET", "/public/../private", false)]
    [InlineData(Anybody, """{"url_path": {"path": {"exact": "/private"}}}""", "GET", "/%70rivate", true)]
    [InlineData(Anybody, """{"not_rule": {"url_path": {"path": {"prefix": "/private"}}}}""", "GET", "/private?x", false)]
    [InlineData(Anybody, """{"destination_port": 1}""", "GET", "/", false)]
    [InlineData(Anybody, """{"destination_port_range": {"start": 20000, "end": 32000}}""", "GET", "/", true)]
    [InlineData(Anybody, """{"requested_server_name": {"prefix": "server.shop."}}""", "GET", "/", true)]
    [InlineData(Anybody, """{"destination_ip": {"address_prefix": "127.0.0.1", "prefix_len": 32}}""", "GET", "/", true)]
    public async Task Allow_and_deny_by_who_asks_for_what(string principal, string permission, string method, string path, bool matches)
    {
        await using var app = await UpstreamApp.EchoAsync();
        var policy = $$$"""{"one": {"principals": [{{{principal}}}], "permissions": [{{{permission}}}]}}""";
        foreach (var (action, expected) in new[] { ("ALLOW", matches), ("DENY", !matches) })
        {
            var port = Json.Port();
            await using var proxy = await ProxyUnderTest.StartAsync(
                Json.Cluster("app", app.Port),
                Json.Listener(port, Json.To("app"), chain: Json.MutualTls, filters: Json.Rbac(false, $$"""{"action": "{{action}}", "policies": {{policy}} }""")));
            using var http = proxy.Http(ProxyUnderTest.Client);
            using var request = new HttpRequestMessage(
                new HttpMethod(method), new Uri($"https://127.0.0.1:{port}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
            request.Headers.Add("x-token", "open sesame");
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal(expected ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
            if (!expected)
                Assert.Equal("RBAC: access denied", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_a_policy_allow_nobody()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), filters: Json.Rbac(false, "{\"policies\": {}}")));
        using var http = proxy.Http();
        using var answer = await http.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Forbidden, 0), (answer.StatusCode, app.Requests));
    }

    [Fact(Timeout = 60_000)]
    public async Task Hold_together_deny_before_allow()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        var deny = Json.Rbac(false, """{"action": "DENY", "policies": {"p": {"principals": [{"any": true}], "permissions": [{"url_path": {"path": {"prefix": "/admin"}}}]}}}""");
        var allow = Json.Rbac(false, """{"policies": {"p": {"principals": [{"any": true}], "permissions": [{"header": {"name": ":method", "string_match": {"exact": "GET"}}}]}}}""");
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), filters: $"{deny}, {allow}"));
        using var http = proxy.Http();
        async Task<int> AskAsync(HttpMethod method, string path)
        {
            using var answer = await http.SendAsync(new HttpRequestMessage(method, $"http://127.0.0.1:{port}{path}"), TestContext.Current.CancellationToken);
            return (int)answer.StatusCode;
        }

        Assert.Equal((200, 403, 403), (await AskAsync(HttpMethod.Get, "/"), await AskAsync(HttpMethod.Get, "/admin"), await AskAsync(HttpMethod.Post, "/")));
    }

    [Theory(Timeout = 60_000), InlineData("ALLOW", 0), InlineData("DENY", 4)]
    public async Task Of_connections_close_what_may_not_pass(string action, int expected)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = Json.Port();
        var rules = $$"""{"action": "{{action}}", "policies": {"p": {"principals": [{"authenticated": {} }], "permissions": [{"any": true}]} } }""";
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.Cluster("app", ((IPEndPoint)listener.LocalEndpoint).Port), Json.ListenerOf(port, Json.Tcp("app", filters: Json.Rbac(true, rules))));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancel);
        if (expected > 0)
        {
            using var server = await listener.AcceptTcpClientAsync(cancel);
            await server.GetStream().WriteAsync(Encoding.ASCII.GetBytes("data"), cancel);
        }

        var read = await client.GetStream().ReadAsync(new byte[10], cancel);
        Assert.Equal((expected, false), (read, listener.Pending()));
    }
}
