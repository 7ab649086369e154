using System.Net;
using Embark.Sandbox.Proxy.Listening;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>One request and its answer, with what an access log tells of them.</summary>
internal sealed class Exchange(HttpContext context, AcceptedConnection connection, TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();

    public HttpContext Context { get; } = context;

    public AcceptedConnection Connection { get; } = connection;

    public DateTimeOffset Start { get; } = clock.GetUtcNow();

    public TimeSpan Duration => clock.GetElapsedTime(_started);

    public string? RouteName { get; set; }

    public string? ClusterName { get; set; }

    public IPEndPoint? Upstream { get; set; }

    public TimeSpan? UpstreamTime { get; set; }

    /// <summary>Envoy's short flags, such as <c>UF</c> or <c>NR</c>; null for none.</summary>
    public string? Flags { get; set; }

    /// <summary>Envoy's response code details, such as <c>via_upstream</c>.</summary>
    public string Details { get; set; } = "via_upstream";

    public string? UpstreamFailureReason { get; set; }

    public int Attempts { get; set; }

    public long BytesSent { get; set; }

    /// <summary>Answers by ourselves, without an upstream.</summary>
    public async Task AnswerAsync(int status, string? body, string details, string? flags = null)
    {
        (Details, Flags) = (details, flags ?? Flags);
        var response = Context.Response;
        response.StatusCode = status;
        if (body is null)
            return;
        response.ContentType = "text/plain";
        response.ContentLength = body.Length;
        BytesSent = body.Length;
        await response.WriteAsync(body, Context.RequestAborted).ConfigureAwait(false);
    }
}
