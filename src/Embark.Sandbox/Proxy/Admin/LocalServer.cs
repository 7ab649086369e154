using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Embark.Sandbox.Proxy.Admin;

/// <summary>One small HTTP server on one port: admin, status, readiness, metrics.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private LocalServer(KestrelServer server) => _server = server;

    /// <exception cref="IOException">The port cannot be bound.</exception>
    public static async Task<LocalServer> StartAsync(IPEndPoint address, RequestDelegate handler, CancellationToken cancellationToken, NewSocket? newSocket = null)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(address);
        var sockets = new SocketTransportOptions();
        if (newSocket is not null)
            sockets.CreateBoundListenSocket = endpoint => OnOtherNetwork.Bound(newSocket, (IPEndPoint)endpoint);
        var transport = new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(new Application(handler), cancellationToken).ConfigureAwait(false);
        return new LocalServer(server);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(now.Token).ConfigureAwait(false);
        _server.Dispose();
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
