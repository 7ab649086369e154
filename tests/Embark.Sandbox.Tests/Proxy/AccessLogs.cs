
namespace Embark.Sandbox.Tests.Proxy;

/// <summary>The access log tells of each request, in Envoy's words.</summary>
public sealed class AccessLogs
{
    private const string File = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog";

    [Fact(Timeout = 60_000)]
    public async Task Has_istios_line_by_default()
    {
        await using var app = await UpstreamApp.StartAsync((context, _) => context.Response.Body.WriteAsync("answer"u8.ToArray()).AsTask());
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.Cluster("outbound|80||app", app.Port),
            Json.Listener(port, Json.To("outbound|80||app", route: "\"name\": \"default\""), $$"""
                "access_log": [{"name": "envoy.access_loggers.file", "typed_config": {"@type": "{{File}}", "path": "/dev/stdout"} }]
                """, Json.MutualTls));
        using var http = proxy.Http(ProxyUnderTest.Client);
        (await http.PostAsync($"https://127.0.0.1:{port}/path?query", new StringContent("a body"), TestContext.Current.CancellationToken)).Dispose();

        Assert.Matches(
            $$"""^\[\d{4}-\d\d-\d\dT[\d:.]+Z\] "POST /path\?query HTTP/1.1" 200 - via_upstream - "-" 6 6 \d+ \d+ "-" "-" "[0-9a-f-]{36}" "{{ProxyUnderTest.ServerName}}" "127.0.0.1:{{app.Port}}" outbound\|80\|\|app (-|127[^ ]+) 127.0.0.1:{{port}} 127.0.0.1:\d+ {{ProxyUnderTest.ServerName}} default\n$""",
            await LogAsync(proxy));
    }

    [Fact(Timeout = 60_000)]
    public async Task Names_the_cause_of_a_failure_by_its_flag()
    {
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.Cluster("dead", Json.Port()), Json.Cluster("empty"),
            Json.Listener(port, $$$"""
                {"match": {"path": "/dead"}, "route": {"cluster": "dead"}}, {"match": {"path": "/empty"}, "route": {"cluster": "empty"}},
                {"match": {"path": "/unknown"}, "route": {"cluster": "unknown"}}
                """, Logging("%REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%\\n")));
        using var http = proxy.Http();
        foreach (var path in new[] { "dead", "empty", "unknown", "nowhere" })
            (await http.GetAsync($"http://127.0.0.1:{port}/{path}", TestContext.Current.CancellationToken)).Dispose();

        Assert.Equal(
            "/dead 503 UF upstream_reset_before_response_started\n/empty 503 UH no_healthy_upstream\n/unknown 503 NC cluster_not_found\n/nowhere 404 NR route_not_found\n",
            await LogAsync(proxy, lines: 4));
    }

    [Fact(Timeout = 60_000)]
    public async Task Takes_no_lines_from_a_request()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), Logging("%REQ(USER-AGENT)%|%REQ(:PATH)%\\n")));
        using var http = proxy.Http();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/a%0A%1B[31mb");
        request.Headers.TryAddWithoutValidation("user-agent", "curl\tx");
        (await http.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();
        var log = await LogAsync(proxy);

        Assert.Single(log.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.DoesNotContain(log.TrimEnd('\n'), char.IsControl);
        Assert.StartsWith("curl\\x09x|", log);
    }

    [Fact(Timeout = 60_000)]
    public async Task Keeps_only_the_flags_that_a_filter_asks_for()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.Cluster("app", app.Port), Json.Listener(port, """{"match": {"path": "/there"}, "route": {"cluster": "app"}}""", Logging("%REQ(:PATH)%\\n", ", \"filter\": {\"response_flag_filter\": {\"flags\": [\"NR\"]}}")));
        using var http = proxy.Http();
        foreach (var path in new[] { "there", "nowhere" })
            (await http.GetAsync($"http://127.0.0.1:{port}/{path}", TestContext.Current.CancellationToken)).Dispose();

        Assert.Equal("/nowhere\n", await LogAsync(proxy));
    }

    private static string Logging(string format, string filter = "") => $$$"""
        "access_log": [{"name": "envoy.access_loggers.file", "typed_config": {"@type": "{{{File}}}", "path": "/dev/stdout",
          "log_format": {"text_format_source": {"inline_string": "{{{format}}}"} } }{{{filter}}} }]
        """;

    // The line is written after the answer.
    private static async Task<string> LogAsync(ProxyUnderTest proxy, int lines = 1)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(30); proxy.AccessLog.Count(c => c == '\n') < lines && DateTime.UtcNow < deadline;)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        return proxy.AccessLog;
    }
}
