using System.Globalization;
using System.Net;
using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Proxy.Upstream;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Sends one request to a cluster, again where the route allows it, and passes the answer back.</summary>
internal sealed class RequestForwarder(
    UpstreamCluster cluster, RouteAction action, VirtualHost host, HttpDataPlane plane, bool overridesAlpn, IReadOnlySet<string> upgrades)
{
    // What filter istio.alpn offers, by the protocol the request goes in (protocols 3.3).
    private static readonly string[] s_http1 = ["istio-http/1.1", "istio", "http/1.1"];
    private static readonly string[] s_http2 = ["istio-h2", "istio", "h2"];

    public async Task ForwardAsync(Exchange exchange, Route route)
    {
        var retries = new RetryRules(action.RetryPolicy ?? host.RetryPolicy);
        var request = exchange.Context.Request;
        using var total = CancellationTokenSource.CreateLinkedTokenSource(exchange.Context.RequestAborted);
        if (action.Timeout?.ToTimeSpan() is { } timeout && timeout > TimeSpan.Zero)
            total.CancelAfter(timeout);
        using var body = HasBody(exchange.Context) ? new RequestBody(request) : null;
        HashSet<UpstreamEndpoint> tried = [];
        // Asked after an attempt: a body that was begun cannot be sent again.
        bool Again() => exchange.Attempts <= retries.Retries && body?.Started != true;
        for (exchange.Attempts = 1; ; exchange.Attempts++)
        {
            if (EndpointChoice.Pick(cluster.Endpoints, tried, plane.Random) is not { } endpoint)
            {
                await exchange.AnswerAsync(503, "no healthy upstream", "no_healthy_upstream", "UH").ConfigureAwait(false);
                return;
            }

            tried.Add(endpoint);
            exchange.Upstream = endpoint.Address;
            plane.Stats.Count($"cluster.{cluster.Name}.upstream_rq_total");
            using var busy = endpoint.Use();
            try
            {
                using var response = await SendAsync(exchange, endpoint, body, retries.PerTry, total.Token).ConfigureAwait(false);
                if (Again() && retries.Allows(response))
                {
                    await BackOffAsync(exchange.Attempts, total.Token).ConfigureAwait(false);
                    continue;
                }

                await AnswerAsync(exchange, response, route, total.Token).ConfigureAwait(false);
                return;
            }
            catch (OperationCanceledException) when (exchange.Context.RequestAborted.IsCancellationRequested)
            {
                (exchange.Details, exchange.Flags) = ("downstream_remote_disconnect", "DC");
                return;
            }
            catch (OperationCanceledException) when (total.IsCancellationRequested)
            {
                await exchange.AnswerAsync(504, "upstream request timeout", "response_timeout", "UT").ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                if (exchange.Context.Response.HasStarted)
                {
                    (exchange.Details, exchange.Flags) = ("upstream_reset_after_response_started", "UPE");
                    exchange.Context.Abort();
                    return;
                }

                var failure = FailureOf(e);
                exchange.UpstreamFailureReason = failure.Message;
                plane.Stats.Count($"cluster.{cluster.Name}.upstream_cx_connect_fail");
                if (Again() && retries.Allows(failure.Failure))
                {
                    await BackOffAsync(exchange.Attempts, total.Token).ConfigureAwait(false);
                    continue;
                }

                if (failure.Failure == UpstreamFailure.AttemptTimeout)
                    await exchange.AnswerAsync(504, "upstream request timeout", "upstream_per_try_timeout", "UT").ConfigureAwait(false);
                else
                    await exchange.AnswerAsync(503, Words(failure, exchange.Attempts > 1), "upstream_reset_before_response_started", exchange.Attempts > 1 ? "URX,UF" : "UF").ConfigureAwait(false);
                return;
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        Exchange exchange, UpstreamEndpoint endpoint, RequestBody? body, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var from = exchange.Context.Request;
        var http2 = cluster.Http2 || (cluster.FollowsDownstreamProtocol && HttpProtocol.IsHttp2(from.Protocol));
        var message = new HttpRequestMessage(new HttpMethod(from.Method), Target(from))
        {
            Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = body,
        };
        HopHeaders.CopyTo(from, message);
        message.Headers.Host = action.HostRewriteLiteral.Length > 0 ? action.HostRewriteLiteral : from.Host.Value;
        if (host.IncludeRequestAttemptCount)
            message.Headers.TryAddWithoutValidation("x-envoy-attempt-count", exchange.Attempts.ToString(CultureInfo.InvariantCulture));
        if (Upgrade(from) is { } upgrade)
        {
            message.Headers.TryAddWithoutValidation("connection", "Upgrade");
            message.Headers.TryAddWithoutValidation("upgrade", upgrade);
        }

        using var perTry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is { } time)
            perTry.CancelAfter(time);
        var started = plane.Clock.GetTimestamp();
        var response = await cluster.Pool(endpoint, overridesAlpn ? http2 ? s_http2 : s_http1 : null)
            .SendAsync(message, perTry.Token).ConfigureAwait(false);
        exchange.UpstreamTime = plane.Clock.GetElapsedTime(started);
        return response;
    }

    private static async Task AnswerAsync(Exchange exchange, HttpResponseMessage from, Route route, CancellationToken cancellationToken)
    {
        var to = exchange.Context.Response;
        to.StatusCode = (int)from.StatusCode;
        var server = to.Headers.Server;
        HopHeaders.CopyTo(from, to);
        to.Headers.Server = server;
        to.Headers["x-envoy-upstream-service-time"] = ((long)exchange.UpstreamTime!.Value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        foreach (var name in route.ResponseHeadersToRemove)
            to.Headers.Remove(name);
        foreach (var header in route.ResponseHeadersToAdd)
            HeaderOptions.Apply(header, to.Headers);
        await using var body = await from.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (from.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            to.Headers.Connection = "Upgrade";
            to.Headers.Upgrade = from.Headers.Upgrade.ToString();
            await using var client = await exchange.Context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
            await Tcp.Relay.BothWaysAsync(client, body, cancellationToken).ConfigureAwait(false);
            return;
        }

        var buffer = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; exchange.BytesSent += read)
        {
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            if (read < buffer.Length)
                await to.Body.FlushAsync(cancellationToken).ConfigureAwait(false); // a stream of events must not wait
        }

        foreach (var (name, values) in from.TrailingHeaders.NonValidated)
            if (to.SupportsTrailers())
                to.AppendTrailer(name, values.ToArray());
    }

    private Uri Target(HttpRequest request)
    {
        var raw = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!raw.StartsWith('/'))
            raw = request.Path.ToUriComponent() + request.QueryString;
        if (action.PrefixRewrite.Length > 0 && request.Path.Value is { } path && path.Length <= raw.Length)
            raw = action.PrefixRewrite + raw[Math.Min(raw.Length, MatchedPrefixLength(path))..];
        return new Uri($"http://{cluster.Name.Replace('|', '_')}{raw}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private int MatchedPrefixLength(string path) =>
        host.Routes.FirstOrDefault(r => r.Route_ == action)?.Match switch
        {
            { Prefix.Length: > 0 } m => m.Prefix.Length,
            { PathSeparatedPrefix.Length: > 0 } m => m.PathSeparatedPrefix.Length,
            _ => path.Length,
        };

    private string? Upgrade(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true && upgrades.Contains(request.Headers.Upgrade.ToString())
            ? request.Headers.Upgrade.ToString() : null;

    private static bool HasBody(HttpContext context) => context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;

    private Task BackOffAsync(int attempt, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(plane.Random.Next(1, 25 * ((1 << attempt) - 1) + 1)), plane.Clock, cancellationToken); // Envoy: 25 ms base, full jitter

    private static UpstreamException FailureOf(Exception e)
    {
        for (var at = e; at is not null; at = at.InnerException)
            if (at is UpstreamException upstream)
                return upstream;
        if (e is OperationCanceledException)
            return new UpstreamException(UpstreamFailure.AttemptTimeout, "per try timeout", e);
        return new UpstreamException(e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? UpstreamFailure.ConnectionFailure : UpstreamFailure.Reset, e.Message, e);
    }

    private static string Words(UpstreamException failure, bool retried)
    {
        var reason = failure.Failure switch
        {
            UpstreamFailure.ConnectionFailure => "remote connection failure",
            UpstreamFailure.ConnectionTimeout => "connection timeout",
            _ => "connection termination",
        };
        return retried
            ? $"upstream connect error or disconnect/reset before headers. retried and the latest reset reason: {reason}, transport failure reason: {failure.Message}"
            : $"upstream connect error or disconnect/reset before headers. reset reason: {reason}, transport failure reason: {failure.Message}";
    }
}
