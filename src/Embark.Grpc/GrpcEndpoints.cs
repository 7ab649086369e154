using System.Globalization;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Embark.Grpc;

/// <summary>Puts gRPC methods onto Kestrel.</summary>
public static class GrpcEndpoints
{
    /// <summary>A method with one request and one response.</summary>
    /// <param name="routes">Where to.</param>
    /// <param name="method">Full path, such as <c>/package.Service/Method</c>.</param>
    /// <param name="parser">Parser of the request.</param>
    /// <param name="handler">The work; a <see cref="GrpcException"/> becomes the call's status.</param>
    public static void MapUnary<TRequest, TResponse>(
        this IEndpointRouteBuilder routes, string method, MessageParser<TRequest> parser,
        Func<GrpcServerCall<TRequest, TResponse>, TRequest, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.MapStream<TRequest, TResponse>(method, parser, async call =>
        {
            var request = await call.ReadAsync(call.Aborted).ConfigureAwait(false)
                ?? throw new GrpcException(GrpcStatus.Internal, "a unary call needs one message");
            await call.WriteAsync(await handler(call, request).ConfigureAwait(false), call.Aborted).ConfigureAwait(false);
        });

    /// <summary>A method with a stream in each direction; the call ends when <paramref name="handler"/> does.</summary>
    public static void MapStream<TRequest, TResponse>(
        this IEndpointRouteBuilder routes, string method, MessageParser<TRequest> parser, Func<GrpcServerCall<TRequest, TResponse>, Task> handler,
        int maxMessageLength = GrpcFraming.DefaultMaxMessageLength)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        routes.MapPost(method, async context =>
        {
            if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
            {
                context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
                return;
            }

            // A stream lives as long as it is wanted, and may be silent: Kestrel's limits are for web requests.
            context.Features.Get<IHttpMinRequestBodyDataRateFeature>()?.MinDataRate = null;
            context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
            context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
            context.Response.ContentType = "application/grpc";
            using var call = new GrpcServerCall<TRequest, TResponse>(context, parser, maxMessageLength);
            var status = (GrpcStatus.Ok, Detail: "");
            try
            {
                await handler(call).ConfigureAwait(false);
            }
            catch (GrpcException e)
            {
                status = (e.Status, e.Detail);
            }
            catch (Exception) when (context.RequestAborted.IsCancellationRequested)
            {
                return; // nobody is left to be told
            }

            End(context, status.Item1, status.Detail);
        });

    /// <summary>Answers every unknown gRPC method as gRPC servers do.</summary>
    public static void MapUnknownGrpc(this IEndpointRouteBuilder routes) => routes.MapPost("/{service}/{method}", context =>
    {
        context.Response.ContentType = "application/grpc";
        End(context, GrpcStatus.Unimplemented, $"unknown service {context.Request.RouteValues["service"]}");
        return Task.CompletedTask;
    });

    // Without a message before it, the status travels in the headers ("Trailers-Only" in PROTOCOL-HTTP2.md).
    private static void End(HttpContext context, GrpcStatus status, string detail)
    {
        var code = ((int)status).ToString(CultureInfo.InvariantCulture);
        if (!context.Response.HasStarted)
        {
            context.Response.Headers["grpc-status"] = code;
            if (detail.Length > 0)
                context.Response.Headers["grpc-message"] = GrpcMessageText.Encode(detail);
            return;
        }

        context.Response.AppendTrailer("grpc-status", code);
        if (detail.Length > 0)
            context.Response.AppendTrailer("grpc-message", GrpcMessageText.Encode(detail));
    }
}
