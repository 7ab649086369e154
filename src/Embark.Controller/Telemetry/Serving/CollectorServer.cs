using System.Net;
using System.Text.Json;
using Embark.Controller.Telemetry.Protos;
using Embark.Controller.Telemetry.Spans;
using Embark.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Embark.Controller.Telemetry.Serving;

/// <summary>Where proxies send to: Zipkin's port and the access log service's, and nothing else on them.</summary>
internal sealed class CollectorServer : IAsyncDisposable
{
    private const string Method = "/envoy.service.accesslog.v3.AccessLogService/StreamAccessLogs";

    /// <summary>Envoy sends some kilobytes at a time.</summary>
    private const int LargestBody = 4 << 20;

    private readonly WebApplication _app;

    private CollectorServer(WebApplication app) => _app = app;

    /// <summary>Where spans are taken; null for nowhere.</summary>
    public IPEndPoint? Zipkin { get; private init; }

    /// <summary>Where access logs are taken; null for nowhere.</summary>
    public IPEndPoint? AccessLogs { get; private init; }

    /// <param name="zipkin">Where spans are taken; port 0 is any free one; null takes none.</param>
    /// <param name="accessLogs">Where access logs are taken.</param>
    public static async Task<CollectorServer> StartAsync(Collector collector, IPEndPoint? zipkin, IPEndPoint? accessLogs, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            if (zipkin is not null)
                kestrel.Listen(zipkin, listen => listen.Protocols = HttpProtocols.Http1);
            if (accessLogs is not null)
                kestrel.Listen(accessLogs, listen => listen.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        app.UseRouting();
        IEndpointRouteBuilder routes = app;
        routes.MapPost("/api/v2/spans", (RequestDelegate)(context => TakeSpansAsync(context, collector)));
        routes.MapStream<StreamAccessLogsMessage, StreamAccessLogsResponse>(
            Method, StreamAccessLogsMessage.Parser.WithDiscardUnknownFields(true), call => TakeLogsAsync(call, collector));
        routes.MapUnknownGrpc();
        app.UseEndpoints(_ => { });
        if (zipkin is not null || accessLogs is not null)
            await app.StartAsync(cancellationToken);
        var ports = new Queue<int>(app.Urls.Select(url => new Uri(url).Port));
        return new CollectorServer(app)
        {
            Zipkin = zipkin is null ? null : new IPEndPoint(zipkin.Address, ports.Dequeue()),
            AccessLogs = accessLogs is null ? null : new IPEndPoint(accessLogs.Address, ports.Dequeue()),
        };
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static async Task TakeLogsAsync(GrpcServerCall<StreamAccessLogsMessage, StreamAccessLogsResponse> call, Collector collector)
    {
        // Who it is comes with the first message only; entries of all listeners follow mixed.
        ReportingProxy? proxy = null;
        try
        {
            while (await call.ReadAsync(call.Aborted) is { } message)
            {
                if (message.Identifier is { } identifier)
                    proxy = collector.Meet(identifier);
                collector.Take(message, proxy);
            }
        }
        catch (GrpcException)
        {
            collector.Rejections.Left(Reasons.Malformed);
            throw;
        }
    }

    // Only 202 counts as taken for Envoy, and it never sends again; so what cannot be read is counted here.
    private static async Task TakeSpansAsync(HttpContext context, Collector collector)
    {
        using var body = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            collector.Take(ZipkinJson.Read(body.GetBuffer().AsMemory(0, (int)body.Length), collector.Known, collector.Rejections));
            context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        catch (Exception bad) when (bad is JsonException or BadHttpRequestException)
        {
            collector.Rejections.Left(Reasons.Malformed);
            context.Response.StatusCode = (bad as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("not a list of Zipkin v2 spans; send JSON to /api/v2/spans\n", context.RequestAborted);
        }
    }
}
