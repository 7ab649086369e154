using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Proxy.Admin;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>Who is asking, what they may do, and the tokens of service accounts.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private const string Token = "/api/v1/namespaces/bookinfo/serviceaccounts/bookinfo-ratings/token";
    private const string Review = "/apis/authentication.k8s.io/v1/tokenreviews";

    private Server _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await Server.StartAsync(new ApiServerOptions(), Cancel);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Nobody_gets_401()
    {
        using var nobody = new ApiClient(_server, null);
        using var stranger = new ApiClient(_server, "made-up");

        Assert.Equal("Unauthorized", (string?)(await nobody.GetAsync("/api/v1/namespaces", Cancel, HttpStatusCode.Unauthorized))["reason"]);
        await stranger.GetAsync("/version", Cancel, HttpStatusCode.Unauthorized);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refusal_names_user_verb_resource_and_place()
    {
        using var client = new ApiClient(_server, _server.TokenFor("rita"));

        var one = await client.GetAsync("/apis/networking.istio.io/v1/namespaces/bookinfo/workloadentries/ratings-vm", Cancel, HttpStatusCode.Forbidden);
        var all = await client.GetAsync("/api/v1/nodes", Cancel, HttpStatusCode.Forbidden);
        var path = await client.GetAsync("/sandbox/faults", Cancel, HttpStatusCode.Forbidden);

        Assert.Equal(
            "workloadentries.networking.istio.io \"ratings-vm\" is forbidden: User \"rita\" cannot get resource \"workloadentries\" in API group \"networking.istio.io\" in the namespace \"bookinfo\"",
            (string?)one["message"]);
        Assert.Equal("nodes is forbidden: User \"rita\" cannot list resource \"nodes\" in API group \"\" at the cluster scope", (string?)all["message"]);
        Assert.Equal("forbidden: User \"rita\" cannot get path \"/sandbox/faults\"", (string?)path["message"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_role_with_resource_names_opens_just_those()
    {
        await using var server = await Server.StartAsync(new ApiServerOptions { Yaml = ["""
            {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: istio-system},
             rules: [{apiGroups: [""], resources: [configmaps], resourceNames: [istio], verbs: [get]}]}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: r, namespace: istio-system},
             roleRef: {kind: Role, name: r}, subjects: [{kind: User, name: rita}]}
            """] }, Cancel);
        using var client = new ApiClient(server, server.TokenFor("rita"));

        await client.GetAsync("/api/v1/namespaces/istio-system/configmaps/istio", Cancel);
        await client.GetAsync("/api/v1/namespaces/istio-system/configmaps/istio-sidecar-injector", Cancel, HttpStatusCode.Forbidden);
        await client.GetAsync("/api/v1/namespaces/istio-system/configmaps", Cancel, HttpStatusCode.Forbidden);
        await client.GetAsync("/api/v1/namespaces/bookinfo/configmaps/istio", Cancel, HttpStatusCode.Forbidden);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_program_that_stands_for_a_Service_is_reached_with_the_right_to_its_proxy()
    {
        using var client = new ApiClient(_server, _server.TokenFor("operator"));
        const string proxy = "/api/v1/namespaces/istio-system/services/embark-controller:http/proxy";

        var absent = await client.GetAsync($"{proxy}/api/topology", Cancel, HttpStatusCode.NotFound);
        Assert.Equal("embark-controller", (string?)absent["details"]!["name"]);
        await client.GetAsync(proxy.Replace("embark-controller", "other", StringComparison.Ordinal), Cancel, HttpStatusCode.Forbidden);

        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        // Nobody listens there yet.
        _server.Services.Stand("istio-system", "embark-controller:http", new Uri($"http://127.0.0.1:{port}/"));
        var down = await client.GetAsync($"{proxy}/api/topology", Cancel, HttpStatusCode.ServiceUnavailable);
        Assert.StartsWith("error trying to reach service: ", (string?)down["message"], StringComparison.Ordinal);
        await using var program = await LocalServer.StartAsync(new IPEndPoint(IPAddress.Loopback, port), http =>
        {
            http.Response.ContentType = "application/json";
            return http.Response.WriteAsync($$"""{"asked": "{{http.Request.Path}}{{http.Request.QueryString}}"}""");
        }, Cancel);
        Assert.Equal("/api/topology?seconds=60", (string?)(await client.GetAsync($"{proxy}/api/topology?seconds=60", Cancel))["asked"]);
        Assert.Equal("/api/metrics/ratings.bookinfo@vm", (string?)(await client.GetAsync($"{proxy}/api/metrics/ratings.bookinfo%40vm", Cancel))["asked"]);
        // The program is asked, and nobody else, whatever the path looks like.
        Assert.Equal("/http://127.0.0.1:1/x", (string?)(await client.GetAsync($"{proxy}/http://127.0.0.1:1/x", Cancel))["asked"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_token_has_the_claims_of_its_account_and_is_known_again()
    {
        using var client = new ApiClient(_server, _server.TokenFor("operator"));
        using var istiod = new ApiClient(_server, _server.TokenFor("system:serviceaccount:istio-system:istiod"));

        var answer = await client.SendAsync(HttpMethod.Post, Token, """{"spec":{"audiences":["istio-ca"],"expirationSeconds":3600}}""", Cancel, HttpStatusCode.Created);
        var token = (string)answer["status"]!["token"]!;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        var good = await istiod.SendAsync(HttpMethod.Post, Review, $$$"""{"spec":{"token":"{{{token}}}","audiences":["istio-ca"]}}""", Cancel, HttpStatusCode.Created);
        var wrong = await istiod.SendAsync(HttpMethod.Post, Review, $$$"""{"spec":{"token":"{{{token}}}","audiences":["else"]}}""", Cancel, HttpStatusCode.Created);

        Assert.Equal("system:serviceaccount:bookinfo:bookinfo-ratings", (string?)claims["sub"]);
        Assert.Equal("""["istio-ca"]""", claims["aud"]!.ToJsonString());
        Assert.Equal(3600, (long)claims["exp"]! - (long)claims["iat"]!);
        Assert.Equal("bookinfo-ratings", (string?)claims["kubernetes.io"]!["serviceaccount"]!["name"]);
        Assert.True((bool)good["status"]!["authenticated"]!);
        Assert.Equal("""["system:serviceaccounts","system:serviceaccounts:bookinfo","system:authenticated"]""", good["status"]!["user"]!["groups"]!.ToJsonString());
        Assert.Null(wrong["status"]!["authenticated"]);
        Assert.NotNull(wrong["status"]!["error"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_token_dies_with_its_account()
    {
        using var master = ApiClient.Master(_server);
        var token = _server.TokenFor("system:serviceaccount:istio-system:istiod");
        using var istiod = new ApiClient(_server, token);
        await istiod.GetAsync("/api/v1/namespaces", Cancel);

        await master.SendAsync(HttpMethod.Delete, "/api/v1/namespaces/istio-system/serviceaccounts/istiod", null, Cancel);

        await istiod.GetAsync("/api/v1/namespaces", Cancel, HttpStatusCode.Unauthorized);
    }

    [Fact(Timeout = 60_000)]
    public async Task Tokens_shorter_than_ten_minutes_and_of_unknown_accounts_are_refused()
    {
        using var client = ApiClient.Master(_server);

        var shorter = await client.SendAsync(HttpMethod.Post, Token, """{"spec":{"expirationSeconds":599}}""", Cancel, HttpStatusCode.UnprocessableEntity);
        var unknown = await client.SendAsync(
            HttpMethod.Post, Token.Replace("bookinfo-ratings", "nobody", StringComparison.Ordinal), "{}", Cancel, HttpStatusCode.NotFound);

        Assert.Contains("may not specify a duration less than 10 minutes", (string?)shorter["message"], StringComparison.Ordinal);
        Assert.Equal("serviceaccounts \"nobody\" not found", (string?)unknown["message"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Access_reviews_answer_what_the_door_would_do()
    {
        using var client = new ApiClient(_server, _server.TokenFor("operator"));
        const string path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

        var token = await client.SendAsync(
            HttpMethod.Post, path, """{"spec":{"resourceAttributes":{"verb":"create","resource":"serviceaccounts","subresource":"token","namespace":"bookinfo"}}}""", Cancel, HttpStatusCode.Created);
        var secret = await client.SendAsync(
            HttpMethod.Post, path, """{"spec":{"resourceAttributes":{"verb":"get","resource":"secrets","namespace":"istio-system"}}}""", Cancel, HttpStatusCode.Created);
        var rules = await client.SendAsync(
            HttpMethod.Post, "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{"namespace":"bookinfo"}}""", Cancel, HttpStatusCode.Created);

        Assert.True((bool)token["status"]!["allowed"]!);
        Assert.False((bool)secret["status"]!["allowed"]!);
        Assert.Contains("serviceaccounts/token", rules["status"]!["resourceRules"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Keys_for_checking_tokens_are_published()
    {
        using var client = ApiClient.Master(_server);

        var discovery = await client.GetAsync("/.well-known/openid-configuration", Cancel);
        var keys = await client.GetAsync("/openid/v1/jwks", Cancel);
        var header = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(_server.TokenFor("system:serviceaccount:bookinfo:default").Split('.')[0]));

        Assert.EndsWith("/openid/v1/jwks", (string?)discovery["jwks_uri"], StringComparison.Ordinal);
        Assert.Equal((string?)JsonNode.Parse(header)!["kid"], (string?)keys["keys"]![0]!["kid"]);
    }

    [Fact(Timeout = 120_000)]
    public async Task Kubectl_asks_for_tokens_and_rights()
    {
        using var kubectl = new Kubectl(_server.KubeconfigFor("operator"));

        Assert.Equal(3, (await kubectl.RunAsync("create token bookinfo-ratings -n bookinfo --audience istio-ca", Cancel)).Split('.').Length);
        Assert.Equal("yes\n", await kubectl.RunAsync("auth can-i create serviceaccounts --subresource=token -n bookinfo", Cancel));
        Assert.Equal("no\n", (await kubectl.TryAsync("auth can-i delete workloadentries -n bookinfo", Cancel)).Output);
        Assert.Contains("workloadentries.networking.istio.io", await kubectl.RunAsync("auth can-i --list -n bookinfo", Cancel), StringComparison.Ordinal);
        Assert.Contains("embark:operators", await kubectl.RunAsync("auth whoami", Cancel), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Acting_as_somebody_else_is_for_those_who_may()
    {
        using var admin = new Kubectl(_server.KubeconfigFor("admin"));
        using var op = new Kubectl(_server.KubeconfigFor("operator"));

        Assert.Equal("no\n", (await admin.TryAsync("auth can-i list nodes --as rita", Cancel)).Output);
        Assert.Equal("yes\n", await admin.RunAsync("auth can-i list workloadentries --as rita --as-group embark:operators", Cancel));
        Assert.Contains("cannot impersonate resource", (await op.TryAsync("get --raw /version --as rita", Cancel)).Error, StringComparison.Ordinal);
    }
}
