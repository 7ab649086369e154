using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Routes of the VirtualService that speaks for a service inside the mesh, in the place of the one to the service itself.</summary>
internal static class MeshRoutes
{
    /// <summary>Null when no VirtualService does.</summary>
    public static IReadOnlyList<Route>? Of(ProxyScope scope, MeshService service, int port)
    {
        var owner = scope.Mesh.VirtualServices.FirstOrDefault(candidate =>
            candidate.Http.Count > 0 && (candidate.Gateways.Count == 0 || candidate.Gateways.Contains("mesh"))
            && candidate.Hosts.Any(host => HostPattern.Matches(HostNames.Full(host, candidate.Head.Namespace, scope.Settings), service.Host)));
        if (owner is null)
            return null;
        var config = Structs.Metadata(("istio", Structs.Of("config", $"/apis/networking.istio.io/v1/namespaces/{owner.Head.Namespace}/virtual-service/{owner.Head.Name}")));
        return
        [
            .. from route in owner.Http
               from match in route.Matches.DefaultIfEmpty<HttpMatch?>(null)
               where match is null || IsForUs(scope, match, port)
               select Made(scope, owner, route, match, port, config),
        ];
    }

    private static bool IsForUs(ProxyScope scope, HttpMatch match, int port) =>
        (match.Port is null || match.Port == port) && scope.Labels.Match(match.SourceLabels) && (match.SourceNamespace is null || match.SourceNamespace == scope.Proxy.Namespace);

    private static Route Made(ProxyScope scope, VirtualService owner, HttpRoute from, HttpMatch? match, int port, Metadata config)
    {
        var route = new Route { Name = from.Name, Match = MatchOf(match), Metadata = config };
        if (from.Redirect is { } redirect)
            route.Redirect = RedirectOf(redirect);
        else if (from.DirectStatus is { } status)
            route.DirectResponse = new DirectResponseAction { Status = (uint)status, Body = from.DirectBody.Length > 0 ? new DataSource { InlineString = from.DirectBody } : null };
        else
        {
            var targets = from.Destinations.Select(destination => (Cluster: ClusterOf(scope, owner, destination, port), destination.Weight)).ToList();
            route.Route_ = ActionOf(from, targets);
            route.Decorator = new Decorator { Operation = $"{HostNames.Full(from.Destinations is [var first, ..] ? first.Host : "", owner.Head.Namespace, scope.Settings)}:{port}/*" };
        }

        return route;
    }

    private static RouteAction ActionOf(HttpRoute from, List<(string Cluster, uint Weight)> targets)
    {
        var timeout = from.Timeout is { } limit ? Duration.FromTimeSpan(limit) : Structs.Zero();
        var action = new RouteAction { Timeout = timeout, MaxGrpcTimeout = timeout, RetryPolicy = RetriesOf(from.Retries), PrefixRewrite = from.RewriteUri ?? "" };
        if (from.RewriteAuthority is { } authority)
            action.HostRewriteLiteral = authority;
        if (targets.Count == 1)
            action.Cluster = targets[0].Cluster;
        else
            action.WeightedClusters = new WeightedCluster
            {
                Clusters = { targets.Select(target => new WeightedCluster.Types.ClusterWeight { Name = target.Cluster, Weight = target.Weight }) },
            };
        return action;
    }

    // A port that is not named is the one that was asked for, or the only one there is.
    private static string ClusterOf(ProxyScope scope, VirtualService owner, Destination destination, int port)
    {
        var host = HostNames.Full(destination.Host, owner.Head.Namespace, scope.Settings);
        var service = scope.Mesh.Service(host);
        var number = destination.Port ?? (service is { Ports.Count: 1 } ? service.Ports[0].Number : port);
        return Names.Outbound(number, host, destination.Subset);
    }

    private static RetryPolicy? RetriesOf(HttpRetries? retries)
    {
        if (retries is { Attempts: <= 0 })
            return null;
        var policy = OutboundRoutes.Retries();
        if (retries is null)
            return policy;
        policy.NumRetries = (uint)retries.Attempts;
        policy.RetryOn = retries.On ?? policy.RetryOn;
        policy.PerTryTimeout = retries.PerTry is { } limit ? Duration.FromTimeSpan(limit) : null;
        return policy;
    }

    private static RouteMatch MatchOf(HttpMatch? from)
    {
        var match = new RouteMatch();
        switch (from?.Uri)
        {
            case { Kind: TextMatchKind.Exact, Text: var path }:
                match.Path = path;
                break;
            case { Kind: TextMatchKind.Regex, Text: var regex }:
                match.SafeRegex = new RegexMatcher { Regex = regex };
                break;
            default:
                match.Prefix = from?.Uri?.Text ?? "/";
                break;
        }

        if (from is null)
            return match;
        match.CaseSensitive = from.IgnoreUriCase ? false : null;
        match.Headers.Add(from.Headers.Select(header => header.Value is { } value
            ? new HeaderMatcher { Name = header.Name, StringMatch = Text(value), InvertMatch = header.Not }
            : new HeaderMatcher { Name = header.Name, PresentMatch = true, InvertMatch = header.Not }));
        match.QueryParameters.Add(from.Query.Select(query => new QueryParameterMatcher { Name = query.Name, StringMatch = Text(query.Value) }));
        return match;
    }

    private static StringMatcher Text(TextMatch match) => match.Kind switch
    {
        TextMatchKind.Exact => new StringMatcher { Exact = match.Text },
        TextMatchKind.Prefix => new StringMatcher { Prefix = match.Text },
        _ => new StringMatcher { SafeRegex = new RegexMatcher { Regex = match.Text } },
    };

    private static RedirectAction RedirectOf(HttpRedirect from)
    {
        var redirect = new RedirectAction
        {
            HostRedirect = from.Authority ?? "",
            ResponseCode = from.Code switch
            {
                302 => RedirectAction.Types.RedirectResponseCode.Found,
                303 => RedirectAction.Types.RedirectResponseCode.SeeOther,
                307 => RedirectAction.Types.RedirectResponseCode.TemporaryRedirect,
                308 => RedirectAction.Types.RedirectResponseCode.PermanentRedirect,
                _ => RedirectAction.Types.RedirectResponseCode.MovedPermanently,
            },
        };
        if (from.Uri is { } path)
            redirect.PathRedirect = path;
        if (from.Scheme is { } scheme)
            redirect.SchemeRedirect = scheme;
        return redirect;
    }
}
