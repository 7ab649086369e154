using System.Net;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>Who called: only mutual TLS can say so.</summary>
public sealed class ClientCertificates
{
    private const string AsIstio = "\"forward_client_cert_details\": \"APPEND_FORWARD\", \"set_current_client_cert_details\": {\"subject\": true, \"uri\": true, \"dns\": true}";

    [Theory(Timeout = 60_000), InlineData("1.1"), InlineData("2.0")]
    public async Task Name_both_ends_to_the_application(string version) => Assert.Equal(
        $"By={ProxyUnderTest.Server};Hash=*;Subject=\"\";URI={ProxyUnderTest.Client}", await SeenAsync(AsIstio, ProxyUnderTest.Client, Version.Parse(version)));

    [Fact(Timeout = 60_000)]
    public async Task Are_added_to_what_a_caller_with_a_certificate_passes_on() => Assert.Equal(
        $"By=x;URI=y,By={ProxyUnderTest.Server};Hash=*;Subject=\"\";URI={ProxyUnderTest.Client}", await SeenAsync(AsIstio, ProxyUnderTest.Client, HttpVersion.Version11, "By=x;URI=y"));

    [Fact(Timeout = 60_000)]
    public async Task Are_never_believed_from_a_caller_without_one() =>
        Assert.Equal("", await SeenAsync(AsIstio, null, HttpVersion.Version11, $"By=x;URI={ProxyUnderTest.Client}"));

    [Fact(Timeout = 60_000)]
    public async Task Are_taken_away_unless_the_listener_says_otherwise() =>
        Assert.Equal("", await SeenAsync("", ProxyUnderTest.Client, HttpVersion.Version11, "By=x;URI=y"));

    [Fact(Timeout = 60_000)]
    public async Task Replace_what_was_there_where_the_listener_says_so() => Assert.Equal(
        $"By={ProxyUnderTest.Server};Hash=*;URI={ProxyUnderTest.Client}",
        await SeenAsync("\"forward_client_cert_details\": \"SANITIZE_SET\", \"set_current_client_cert_details\": {\"uri\": true}", ProxyUnderTest.Client, HttpVersion.Version11, "By=x;URI=y"));

    [Theory(Timeout = 60_000)]
    [InlineData("spiffe://elsewhere/ns/shop/sa/client")]
    [InlineData(null)]
    public async Task Are_required_and_of_this_mesh(string? identity)
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), chain: Json.MutualTls));
        using var http = proxy.Http(identity);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync($"https://127.0.0.1:{port}/", TestContext.Current.CancellationToken));
        Assert.Equal(0, app.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task Are_refused_once_they_are_over()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), chain: Json.MutualTls));
        using var old = proxy.Http(ProxyUnderTest.Client); // good for an hour
        proxy.Clock.Forward(TimeSpan.FromHours(2));
        proxy.Renew();
        using var renewed = proxy.Http(ProxyUnderTest.Client);

        Assert.StartsWith("GET", await renewed.GetStringAsync($"https://127.0.0.1:{port}/", TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => old.GetAsync($"https://127.0.0.1:{port}/", TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_another_root_are_refused()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var stranger = await ProxyUnderTest.StartAsync();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), chain: Json.MutualTls));
        using var http = stranger.Http(ProxyUnderTest.Client);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => http.GetAsync($"https://127.0.0.1:{port}/", TestContext.Current.CancellationToken));
        Assert.Equal(0, app.Requests);
    }

    private static async Task<string> SeenAsync(string manager, string? identity, Version version, string? sent = null)
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), manager, identity is null ? "" : Json.MutualTls));
        using var http = proxy.Http(identity, version);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{(identity is null ? "http" : "https")}://127.0.0.1:{port}/") { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (sent is not null)
            request.Headers.TryAddWithoutValidation("x-forwarded-client-cert", sent);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var lines = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n');
        var header = lines.FirstOrDefault(line => line.StartsWith("x-forwarded-client-cert: ", StringComparison.Ordinal))?[25..] ?? "";
        return System.Text.RegularExpressions.Regex.Replace(header, "Hash=[0-9a-f]{64}", "Hash=*");
    }
}
