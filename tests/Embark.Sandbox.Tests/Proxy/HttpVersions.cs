using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Embark.Grpc;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>HTTP/1.1, HTTP/2, gRPC and websockets, in clear and by mutual TLS.</summary>
public sealed class HttpVersions
{
    [Theory(Timeout = 60_000)]
    [InlineData("1.1", false, false)]
    [InlineData("2.0", false, false)]
    [InlineData("1.1", true, false)]
    [InlineData("2.0", true, false)]
    [InlineData("1.1", false, true)]
    [InlineData("2.0", true, true)]
    public async Task Reach_the_application_in_the_version_of_its_cluster(string asked, bool mutualTls, bool http2Behind)
    {
        await using var app = await UpstreamApp.EchoAsync(http2Behind ? HttpProtocols.Http2 : HttpProtocols.Http1);
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.ClusterWith("app", http2Behind ? Json.Http2 : "", app.Port), Json.Listener(port, Json.To("app"), chain: mutualTls ? Json.MutualTls : ""));
        using var http = proxy.Http(mutualTls ? ProxyUnderTest.Client : null, Version.Parse(asked));
        using var answer = await http.GetAsync($"{(mutualTls ? "https" : "http")}://127.0.0.1:{port}/path?query", TestContext.Current.CancellationToken);

        Assert.Equal(Version.Parse(asked), answer.Version);
        Assert.StartsWith($"GET /path HTTP/{(http2Behind ? "2" : "1.1")}\n", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("istio-envoy", answer.Headers.Server.ToString());
    }

    [Fact(Timeout = 60_000)]
    public async Task Grpc_streams_flow_both_ways_and_end_with_their_status()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var app = await GrpcAppAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.ClusterWith("app", Json.Http2, new Uri(app.Urls.First()).Port), Json.Listener(port, Json.To("app")));
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        var client = new GrpcClient(http, new Uri($"http://127.0.0.1:{port}")) { Metadata = () => [] };
        await using var call = client.Open<StringValue, StringValue>("/test.Echo/Stream", StringValue.Parser, cancel);
        await using var answers = call.ReadAllAsync(cancel).GetAsyncEnumerator(cancel);
        foreach (var word in new[] { "one", "two" })
        {
            call.Send(new StringValue { Value = word }); // the next only after the answer: nothing waits for the end of the body
            Assert.True(await answers.MoveNextAsync());
            Assert.Equal(word, answers.Current.Value);
        }

        call.Send(new StringValue { Value = "fail" });
        var failure = await Assert.ThrowsAsync<GrpcException>(async () => await answers.MoveNextAsync());
        Assert.Equal((GrpcStatus.FailedPrecondition, "as asked"), (failure.Status, failure.Detail));
    }

    [Theory(Timeout = 60_000), InlineData("1.1"), InlineData("2.0")]
    public async Task Answers_are_passed_on_as_they_come(string version)
    {
        var cancel = TestContext.Current.CancellationToken;
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await UpstreamApp.StartAsync(async (context, _) =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("first");
            await context.Response.Body.FlushAsync();
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
            await context.Response.WriteAsync("last");
        });
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        using var http = proxy.Http(version: Version.Parse(version));
        using var answer = await http.GetAsync($"http://127.0.0.1:{port}/", HttpCompletionOption.ResponseHeadersRead, cancel);
        await using var body = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[5];
        await body.ReadExactlyAsync(buffer, cancel);
        Assert.Equal("first", Encoding.ASCII.GetString(buffer));
        seen.SetResult();
        Assert.Equal("last", await new StreamReader(body).ReadToEndAsync(cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task Large_bodies_go_through_whole_both_ways()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var app = await UpstreamApp.StartAsync(async (context, _) =>
        {
            using var whole = new MemoryStream();
            await context.Request.Body.CopyToAsync(whole);
            await context.Response.Body.WriteAsync(whole.ToArray());
        });
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app"), chain: Json.MutualTls));
        var bytes = RandomNumberGenerator.GetBytes(20_000_000);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var http = proxy.Http(ProxyUnderTest.Client, version);
            using var answer = await http.PostAsync($"https://127.0.0.1:{port}/", new ByteArrayContent(bytes), cancel);
            var back = await answer.Content.ReadAsByteArrayAsync(cancel);
            Assert.True(back.AsSpan().SequenceEqual(bytes));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Websockets_are_passed_on_where_the_listener_allows_them()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var app = await WebsocketAppAsync();
        var (open, closed) = (Json.Port(), Json.Port());
        await using var proxy = await ProxyUnderTest.StartAsync(
            Json.Cluster("app", app.Port), Json.Listener(open, Json.To("app", "\"timeout\": \"0s\""), Json.Websocket), Json.Listener(closed, Json.To("app")));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{open}/"), cancel);
        var buffer = new byte[100];
        foreach (var word in new[] { "hello", "again" })
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(word), WebSocketMessageType.Text, endOfMessage: true, cancel);
            var got = await socket.ReceiveAsync(buffer, cancel);
            Assert.Equal(word, Encoding.ASCII.GetString(buffer, 0, got.Count));
        }

        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", cancel);
        using var other = new ClientWebSocket();
        await Assert.ThrowsAsync<WebSocketException>(() => other.ConnectAsync(new Uri($"ws://127.0.0.1:{closed}/"), cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task Headers_of_one_connection_do_not_travel_on()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(
            "GET / HTTP/1.1\r\nhost: app\r\nconnection: close\r\nkeep-alive: timeout=5\r\nx-other: for all\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        var seen = await new StreamReader(client.GetStream()).ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("x-other: for all\n", seen);
        Assert.DoesNotContain("timeout=5", seen);
        Assert.Contains("x-request-id: ", seen);
        Assert.Contains("x-envoy-attempt-count: 1\n", seen);
    }

    private static async Task<WebApplication> GrpcAppAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapStream<StringValue, StringValue>("/test.Echo/Stream", StringValue.Parser, async call =>
        {
            await foreach (var word in call.ReadAllAsync(call.Aborted))
                await call.WriteAsync(word.Value == "fail" ? throw new GrpcException(GrpcStatus.FailedPrecondition, "as asked") : word, call.Aborted);
        });
        await app.StartAsync();
        return app;
    }

    private static Task<UpstreamApp> WebsocketAppAsync() => UpstreamApp.StartAsync(async (context, _) =>
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } upgrade)
        {
            context.Response.StatusCode = 400;
            return;
        }

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        var key = context.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 4.2.2
#pragma warning disable CA5350 // the protocol asks for it
        context.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
#pragma warning restore CA5350
        await using var stream = await upgrade.UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[100];
        while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } got)
            await socket.SendAsync(buffer.AsMemory(0, got.Count), got.MessageType, got.EndOfMessage, context.RequestAborted);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", context.RequestAborted);
    });
}
