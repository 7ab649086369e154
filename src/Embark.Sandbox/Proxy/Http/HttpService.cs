using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Rbac;
using Embark.Sandbox.Proxy.Telemetry;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>One HTTP connection manager: from a request to a route to a cluster.</summary>
internal sealed class HttpService(
    HttpConnectionManager configuration, IReadOnlyList<AccessRules> access, Func<RouteTable?> routes, HttpDataPlane plane, bool outbound) : IConnectionService
{
    private readonly IReadOnlyList<AccessLogSender> _senders = plane.Telemetry.HttpLogs(configuration.AccessLog);
    private readonly Tracer? _tracer = Tracer.Of(configuration, outbound, plane.Telemetry, plane.Random);
    private readonly IReadOnlyList<AccessLog> _logs = AccessLog.From(configuration.AccessLog, plane.AccessLogOutput);
    private readonly string _serverName = configuration.ServerName.Length > 0 ? configuration.ServerName : "envoy";
    private readonly bool _overridesAlpn = configuration.HttpFilters.Any(f => f.Name == "istio.alpn");
    private readonly HashSet<string> _upgrades = [.. configuration.UpgradeConfigs.Select(u => u.UpgradeType)];

    public Task ServeAsync(AcceptedConnection connection, CancellationToken cancellationToken) =>
        plane.Codec.ServeAsync(connection, this, plane.Draining);

    /// <summary>One request, start to end.</summary>
    public async Task HandleAsync(HttpContext context, AcceptedConnection connection)
    {
        var exchange = new Exchange(context, connection, plane.Clock);
        ActiveSpan? span = null;
        try
        {
            Prepare(context.Request, connection);
            span = _tracer?.Begin(context.Request);
            if (plane.Draining.IsCancellationRequested)
                context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose(); // came after the drain began: the last on its connection
            if (Refusal(context, connection) is { } refusal)
                await exchange.AnswerAsync(403, "RBAC: access denied", refusal).ConfigureAwait(false);
            else if (routes()?.Find(context.Request) is not { } found)
                await exchange.AnswerAsync(404, null, "route_not_found", "NR").ConfigureAwait(false);
            else
                await FollowAsync(exchange, found.Host, found.Route).ConfigureAwait(false);
        }
        finally
        {
            plane.Stats.Count($"http.{configuration.StatPrefix.TrimEnd(';')}.downstream_rq_{context.Response.StatusCode / 100}xx");
            foreach (var log in _logs)
                log.Write(exchange);
            foreach (var sender in _senders)
                sender.Send(AccessLogEntries.Of(exchange));
            span?.End(exchange);
        }
    }

    private string? Refusal(HttpContext context, AcceptedConnection connection)
    {
        if (access.Count == 0)
            return null;
        var question = new AccessQuestion(connection, context.Request);
        return access.Select(rules => rules.Refusal(question)).FirstOrDefault(refusal => refusal is not null);
    }

    private void Prepare(HttpRequest request, AcceptedConnection connection)
    {
        ClientCertificateHeader.Apply(configuration, connection, request.Headers);
        if (string.IsNullOrEmpty(request.Headers["x-request-id"]))
            request.Headers["x-request-id"] = Guid.NewGuid().ToString();
        if (string.IsNullOrEmpty(request.Headers["x-forwarded-proto"]))
            request.Headers["x-forwarded-proto"] = connection.PeerCertificate is null ? "http" : "https";
        request.HttpContext.Response.Headers.Server = _serverName;
    }

    private Task FollowAsync(Exchange exchange, VirtualHost host, Route route)
    {
        var (request, response) = (exchange.Context.Request, exchange.Context.Response);
        foreach (var name in route.RequestHeadersToRemove)
            request.Headers.Remove(name);
        foreach (var header in route.RequestHeadersToAdd)
            HeaderOptions.Apply(header, request.Headers);
        exchange.RouteName = route.Name;
        switch (route.ActionCase)
        {
            case Route.ActionOneofCase.Route_:
                var name = ClusterOf(route.Route_, request);
                exchange.ClusterName = name;
                return name is not null && plane.Clusters.Find(name) is { } cluster
                    ? new RequestForwarder(cluster, route.Route_, host, plane, _overridesAlpn, _upgrades).ForwardAsync(exchange, route)
                    : exchange.AnswerAsync(503, null, "cluster_not_found", "NC");
            case Route.ActionOneofCase.DirectResponse:
                return exchange.AnswerAsync((int)route.DirectResponse.Status, route.DirectResponse.Body?.InlineString, "direct_response");
            case Route.ActionOneofCase.Redirect:
                response.Headers.Location = Redirect(route.Redirect, request);
                return exchange.AnswerAsync(StatusOf(route.Redirect.ResponseCode), null, "direct_response");
            default:
                return exchange.AnswerAsync(404, null, "route_not_found", "NR");
        }
    }

    private string? ClusterOf(RouteAction action, HttpRequest request)
    {
        switch (action.ClusterSpecifierCase)
        {
            case RouteAction.ClusterSpecifierOneofCase.Cluster:
                return action.Cluster;
            case RouteAction.ClusterSpecifierOneofCase.ClusterHeader:
                return request.Headers[action.ClusterHeader];
            case RouteAction.ClusterSpecifierOneofCase.WeightedClusters:
                var at = plane.Random.NextInt64(Math.Max(1, action.WeightedClusters.Clusters.Sum(c => (long)(c.Weight ?? 0))));
                return action.WeightedClusters.Clusters.FirstOrDefault(c => (at -= c.Weight ?? 0) < 0)?.Name;
            default:
                return null;
        }
    }

    private static int StatusOf(RedirectAction.Types.RedirectResponseCode code) => code switch
    {
        RedirectAction.Types.RedirectResponseCode.Found => 302,
        RedirectAction.Types.RedirectResponseCode.SeeOther => 303,
        RedirectAction.Types.RedirectResponseCode.TemporaryRedirect => 307,
        RedirectAction.Types.RedirectResponseCode.PermanentRedirect => 308,
        _ => 301,
    };

    private static string Redirect(RedirectAction redirect, HttpRequest request)
    {
        var scheme = redirect.HttpsRedirect ? "https" : redirect.SchemeRedirect.Length > 0 ? redirect.SchemeRedirect : request.Headers["x-forwarded-proto"].ToString();
        var host = redirect.HostRedirect.Length > 0 ? redirect.HostRedirect : request.Host.Value;
        var port = redirect.PortRedirect > 0 ? $":{redirect.PortRedirect}" : "";
        var path = redirect.PathRedirect.Length > 0 ? redirect.PathRedirect : request.Path.Value;
        return $"{scheme}://{host}{port}{path}{(redirect.StripQuery ? "" : request.QueryString.Value)}";
    }
}
