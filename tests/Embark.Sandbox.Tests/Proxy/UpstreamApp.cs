using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>An application behind the proxy, which counts what reaches it.</summary>
internal sealed class UpstreamApp : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private int _connections;
    private int _requests;

    private UpstreamApp(HttpProtocols protocols, Func<HttpContext, int, Task> handler)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            listen.Use(next => connection =>
            {
                Interlocked.Increment(ref _connections);
                return next(connection);
            });
        });
        _server = new KestrelServer(
            Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance), NullLoggerFactory.Instance);
        Application = new Handler(context => handler(context, Interlocked.Increment(ref _requests)));
    }

    public int Port { get; private set; }

    public int Connections => Volatile.Read(ref _connections);

    public int Requests => Volatile.Read(ref _requests);

    private Handler Application { get; }

    /// <param name="handler">Gets each request with its number, from one.</param>
    /// <param name="protocols">HTTP/1.1, or HTTP/2 in clear.</param>
    public static async Task<UpstreamApp> StartAsync(Func<HttpContext, int, Task> handler, HttpProtocols protocols = HttpProtocols.Http1)
    {
        var app = new UpstreamApp(protocols, handler);
        await app._server.StartAsync(app.Application, CancellationToken.None);
        app.Port = new Uri(app._server.Features.GetRequiredFeature<Microsoft.AspNetCore.Hosting.Server.Features.IServerAddressesFeature>().Addresses.First()).Port;
        return app;
    }

    /// <summary>Answers each request with its headers, a line each.</summary>
    public static Task<UpstreamApp> EchoAsync(HttpProtocols protocols = HttpProtocols.Http1) => StartAsync(async (context, _) =>
    {
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path} {context.Request.Protocol}\n");
        foreach (var (name, value) in context.Request.Headers)
            await context.Response.WriteAsync($"{name.ToLowerInvariant()}: {value}\n");
    }, protocols);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _server.StopAsync(now.Token);
        _server.Dispose();
    }

    private sealed class Handler(Func<HttpContext, Task> handle) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handle(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
