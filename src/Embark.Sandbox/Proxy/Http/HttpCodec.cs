using Embark.Sandbox.Proxy.Listening;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Kestrel as nothing but an HTTP codec for connections that are handed to it.</summary>
internal sealed class HttpCodec : IAsyncDisposable
{
    private static readonly ProtocolEndPoint s_http1 = new("http/1.1");
    private static readonly ProtocolEndPoint s_http2 = new("h2");

    private readonly HandedConnections _transport = new();
    private readonly KestrelServer _server;

    private HttpCodec()
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowAlternateSchemes = true, AllowHostHeaderOverride = true };
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MaxRequestHeadersTotalSize = 60 * 1024; // Envoy's max_request_headers_kb
        options.Limits.MaxRequestHeaderCount = 100;
        options.Limits.KeepAliveTimeout = TimeSpan.FromHours(1); // Envoy's idle_timeout
        options.Listen(s_http1, listen => listen.Protocols = HttpProtocols.Http1);
        options.Listen(s_http2, listen => listen.Protocols = HttpProtocols.Http2);
        _server = new KestrelServer(Options.Create(options), _transport, NullLoggerFactory.Instance);
    }

    public static async Task<HttpCodec> StartAsync(CancellationToken cancellationToken)
    {
        var codec = new HttpCodec();
        await codec._server.StartAsync(new Application(), cancellationToken).ConfigureAwait(false);
        return codec;
    }

    /// <summary>Serves one connection until it is closed.</summary>
    public async Task ServeAsync(AcceptedConnection accepted, HttpService service, CancellationToken draining)
    {
        await using var connection = new HandedConnection(accepted, service);
        await using var drain = draining.Register(connection.RequestClose);
        _transport.Hand(accepted.IsHttp2 ? s_http2 : s_http1, connection);
        await connection.Done.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _server.StopAsync(now.Token).ConfigureAwait(false);
        _server.Dispose();
    }

    private sealed class Application : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) =>
            context.Features.GetRequiredFeature<HttpService>().HandleAsync(context, context.Features.GetRequiredFeature<AcceptedConnection>());

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
