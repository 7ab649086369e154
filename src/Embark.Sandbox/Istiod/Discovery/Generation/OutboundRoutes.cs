using System.Globalization;
using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Routes;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Routes of outbound HTTP: by port for declared services, by service and port for detected ones.</summary>
internal static class OutboundRoutes
{
    public static RouteConfiguration Of(ProxyScope scope, string name)
    {
        var routes = new RouteConfiguration { Name = name, ValidateClusters = false };
        if (scope.Proxy.IsRouter)
            return routes;
        routes.MaxDirectResponseBodySizeBytes = 1024 * 1024;
        routes.IgnorePortInHostMatching = true;
        var colon = name.LastIndexOf(':');
        if (!int.TryParse(name[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return routes;
        var entry = scope.Egress.FirstOrDefault(egress => egress.Entry.Port == port) ?? scope.Egress.FirstOrDefault(egress => egress.Entry.Port is null);
        var hosts = from service in entry?.Services ?? []
                    where service.Port(port) is { } found && found.Protocol.Treatment != Treatment.Tcp
                    select service;
        if (colon > 0)
            routes.VirtualHosts.Add(hosts.Where(service => service.Host == name[..colon]).Select(service => To(scope, service, port, ["*"])));
        else
            routes.VirtualHosts.Add(
            [
                .. hosts.OrderBy(service => service.Host, StringComparer.Ordinal).Select(service => To(scope, service, port, DomainsOf(scope, service))),
                scope.RegistryOnly ? BlockAll() : AllowAny(),
            ]);
        return routes;
    }

    private static VirtualHost To(ProxyScope scope, MeshService service, int port, IEnumerable<string> domains) =>
        Host($"{service.Host}:{port}", domains, MeshRoutes.Of(scope, service, port) ?? [new Route
        {
            Name = "default",
            Route_ = new RouteAction
            {
                Cluster = Names.Outbound(port, service.Host), Timeout = Structs.Zero(), MaxGrpcTimeout = Structs.Zero(), RetryPolicy = Retries(),
            },
            Match = new RouteMatch { Prefix = "/" },
            Decorator = new Decorator { Operation = $"{service.Host}:{port}/*" },
        }]);

    /// <summary>Every name by which DNS would find the service from the proxy's namespace, and its addresses.</summary>
    private static IEnumerable<string> DomainsOf(ProxyScope scope, MeshService service) =>
    [
        service.Host, service.Host + ".",
        .. service.Namespace == scope.Proxy.Namespace ? new[] { service.Name } : [],
        $"{service.Name}.{service.Namespace}.svc", $"{service.Name}.{service.Namespace}",
        .. service.Addresses,
    ];

    private static VirtualHost AllowAny() => Host("allow_any", ["*"], [new Route
    {
        Name = "allow_any", Match = new RouteMatch { Prefix = "/" },
        Route_ = new RouteAction { Cluster = Names.Passthrough, Timeout = Structs.Zero(), MaxGrpcTimeout = Structs.Zero() },
    }]);

    private static VirtualHost BlockAll() => Host("block_all", ["*"], [new Route
    {
        Name = "block_all", Match = new RouteMatch { Prefix = "/" }, DirectResponse = new DirectResponseAction { Status = 502 },
    }]);

    private static VirtualHost Host(string name, IEnumerable<string> domains, IReadOnlyList<Route> routes) =>
        new() { Name = name, Domains = { domains }, Routes = { routes }, IncludeRequestAttemptCount = true };

    /// <summary>Istio's default: twice, on another endpoint, only where the request cannot have been served.</summary>
    public static RetryPolicy Retries() => new()
    {
        RetryOn = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
        NumRetries = 2,
        HostSelectionRetryMaxAttempts = 5,
        RetryHostPredicate =
        {
            new RetryPolicy.Types.RetryHostPredicate
            {
                Name = "envoy.retry_host_predicates.previous_hosts", TypedConfig = Any.Pack(new PreviousHostsPredicate()),
            },
        },
    };
}
