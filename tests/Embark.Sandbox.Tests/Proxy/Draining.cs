using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>A proxy that goes lets what is under way end, and tells callers to come back elsewhere.</summary>
public sealed class Draining
{
    [Fact(Timeout = 60_000)]
    public async Task Lets_the_request_under_way_end_and_then_closes()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (begun, go) = (Signal(), Signal());
        await using var app = await UpstreamApp.StartAsync(async (context, _) =>
        {
            begun.TrySetResult();
            await go.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await context.Response.WriteAsync("done");
        });
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancel);
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nhost: app\r\n\r\n"u8.ToArray(), cancel);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), cancel);
        proxy.Runtime.BeginDrain();
        go.SetResult();
        var answer = await new StreamReader(client.GetStream(), Encoding.ASCII).ReadToEndAsync(cancel); // ends only when the proxy closes

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer);
        Assert.Contains("connection: close\r\n", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("done", answer);
    }

    [Fact(Timeout = 60_000)]
    public async Task Lets_a_stream_of_http2_end_and_still_takes_new_connections()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (begun, go) = (Signal(), Signal());
        await using var app = await UpstreamApp.StartAsync(async (context, number) =>
        {
            begun.TrySetResult();
            if (number == 1)
                await go.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await context.Response.WriteAsync($"done {number}");
        });
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), chain: Json.MutualTls));
        using var http = proxy.Http(ProxyUnderTest.Client, HttpVersion.Version20);
        var first = http.GetStringAsync($"https://127.0.0.1:{port}/", cancel);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), cancel);
        proxy.Runtime.BeginDrain();
        using var other = proxy.Http(ProxyUnderTest.Client, HttpVersion.Version20);
        var second = await other.GetStringAsync($"https://127.0.0.1:{port}/", cancel);
        go.SetResult();

        Assert.Equal(("done 1", "done 2"), (await first, second));
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_a_listener_leaves_open_connections_their_configuration()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        using var open = proxy.Http();
        Assert.StartsWith("GET", await open.GetStringAsync($"http://127.0.0.1:{port}/", cancel));
        Assert.Null(await proxy.Runtime.Listeners.ApplyAsync([], [$"{port}"]));

        Assert.StartsWith("GET", await open.GetStringAsync($"http://127.0.0.1:{port}/", cancel));
        using var late = proxy.Http();
        await Assert.ThrowsAsync<HttpRequestException>(() => late.GetStringAsync($"http://127.0.0.1:{port}/", cancel));
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
