using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>Requests are tried again as the route says, and only so.</summary>
public sealed class Retries
{
    [Fact(Timeout = 60_000)]
    public async Task A_503_is_tried_again_where_the_route_says_so()
    {
        await using var app = await UpstreamApp.StartAsync((context, number) => Answer(context, number == 1 ? 503 : 200));
        await using var proxy = await StartAsync("\"retry_policy\": {\"retry_on\": \"5xx\", \"num_retries\": 2}", app.Port);
        using var answer = await GetAsync(proxy);

        Assert.Equal((HttpStatusCode.OK, 2), (answer.StatusCode, app.Requests));
        Assert.Equal("2", answer.Headers.GetValues("attempt").Single());
    }

    [Theory(Timeout = 60_000), InlineData(""), InlineData("\"retry_policy\": {\"retry_on\": \"connect-failure,refused-stream\", \"num_retries\": 2}")]
    public async Task A_503_is_passed_on_where_the_route_does_not_say_so(string policy)
    {
        await using var app = await UpstreamApp.StartAsync((context, _) => Answer(context, 503));
        await using var proxy = await StartAsync(policy, app.Port);
        using var answer = await GetAsync(proxy);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (answer.StatusCode, app.Requests));
    }

    [Fact(Timeout = 60_000)]
    public async Task Tries_end_with_the_number_of_the_policy()
    {
        await using var app = await UpstreamApp.StartAsync((context, _) => Answer(context, 503));
        await using var proxy = await StartAsync("\"retry_policy\": {\"retry_on\": \"gateway-error\", \"num_retries\": 3}", app.Port);
        using var answer = await GetAsync(proxy);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 4), (answer.StatusCode, app.Requests));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refused_connection_is_tried_on_another_endpoint()
    {
        await using var app = await UpstreamApp.EchoAsync();
        await using var proxy = await StartAsync("\"retry_policy\": {\"retry_on\": \"connect-failure\", \"num_retries\": 2}", Json.Port(), app.Port);
        for (var i = 0; i < 20; i++)
        {
            using var answer = await GetAsync(proxy);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal(20, app.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_body_that_was_begun_is_not_sent_again()
    {
        await using var app = await UpstreamApp.StartAsync(async (context, _) =>
        {
            await context.Request.Body.ReadExactlyAsync(new byte[4]);
            context.Abort();
        });
        await using var proxy = await StartAsync("\"retry_policy\": {\"retry_on\": \"reset,5xx\", \"num_retries\": 3}", app.Port);
        using var http = proxy.Http();
        using var answer = await http.PostAsync($"http://127.0.0.1:{PortOf(proxy)}/", new StringContent("a body"), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 1), (answer.StatusCode, app.Requests));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_attempt_has_a_time_limit_of_its_own()
    {
        await using var app = await UpstreamApp.StartAsync(async (context, number) =>
        {
            if (number == 1)
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            else
                await Answer(context, 200);
        });
        await using var proxy = await StartAsync("\"retry_policy\": {\"retry_on\": \"5xx\", \"num_retries\": 1, \"per_try_timeout\": \"1s\"}", app.Port);
        using var answer = await GetAsync(proxy);

        Assert.Equal((HttpStatusCode.OK, 2), (answer.StatusCode, app.Requests));
    }

    [Theory(Timeout = 60_000), InlineData("\"timeout\": \"0.3s\""), InlineData("\"retry_policy\": {\"retry_on\": \"connect-failure\", \"per_try_timeout\": \"0.3s\"}")]
    public async Task No_answer_in_time_is_a_504(string limit)
    {
        await using var app = await UpstreamApp.StartAsync((context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        await using var proxy = await StartAsync(limit, app.Port);
        using var answer = await GetAsync(proxy);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Equal("upstream request timeout", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory(Timeout = 60_000), InlineData("unavailable", "14", 2), InlineData("unavailable", "5", 1), InlineData("cancelled", "1", 2)]
    public async Task A_grpc_status_is_tried_again_where_the_route_says_so(string on, string status, int requests)
    {
        await using var app = await UpstreamApp.StartAsync((context, number) =>
        {
            context.Response.Headers["grpc-status"] = number == 1 ? status : "0";
            return Task.CompletedTask;
        });
        await using var proxy = await StartAsync($"\"retry_policy\": {{\"retry_on\": \"{on}\", \"num_retries\": 1}}", app.Port);
        using var answer = await GetAsync(proxy);

        Assert.Equal(requests, app.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task Nobody_to_ask_is_a_503_in_envoys_words()
    {
        await using var proxy = await StartAsync("\"retry_policy\": {\"retry_on\": \"connect-failure\", \"num_retries\": 1}", Json.Port());
        using var answer = await GetAsync(proxy);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.StartsWith(
            "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection failure, transport failure reason: delayed_connect_error:_Connection_refused",
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<ProxyUnderTest> StartAsync(string action, params int[] ports) =>
        ProxyUnderTest.StartAsync(Json.Cluster("app", ports), Json.Listener(Json.Port(), Json.To("app", action)));

    private static async Task<HttpResponseMessage> GetAsync(ProxyUnderTest proxy)
    {
        using var http = proxy.Http();
        return await http.GetAsync($"http://127.0.0.1:{PortOf(proxy)}/", TestContext.Current.CancellationToken);
    }

    private static string PortOf(ProxyUnderTest proxy) => proxy.Runtime.Listeners.All[0].Name;

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["attempt"] = context.Request.Headers["x-envoy-attempt-count"];
        return context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes("answer")).AsTask();
    }
}
