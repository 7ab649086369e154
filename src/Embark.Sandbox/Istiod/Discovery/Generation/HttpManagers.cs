using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Filters.GrpcStats;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using static Embark.Sandbox.Istiod.Protos.Filters.HttpConnectionManager.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>HTTP connection managers of both directions.</summary>
internal static class HttpManagers
{
    public static Filter Outbound(ProxyScope scope, string statPrefix, string routeName)
    {
        var manager = Basis(scope, statPrefix);
        manager.Rds = new Rds { ConfigSource = Structs.Ads(), RouteConfigName = routeName };
        manager.HttpFilters.Add(scope.Once(OutboundFilters));
        return Named(manager);
    }

    /// <param name="http2">True where the port was declared to speak it.</param>
    public static Filter Inbound(ProxyScope scope, string statPrefix, RouteConfiguration routes, bool http2)
    {
        var manager = Basis(scope, statPrefix);
        manager.RouteConfig = routes;
        manager.ServerName = "istio-envoy";
        manager.ForwardClientCertDetails = ForwardClientCertDetails.AppendForward;
        manager.SetCurrentClientCertDetails = new SetCurrentClientCertDetails { Subject = true, Uri = true, Dns = true };
        if (http2)
            manager.Http2ProtocolOptions = new Http2ProtocolOptions();
        manager.HttpFilters.Add(scope.Once(InboundFilters));
        return Named(manager);
    }

    private static HttpFilter[] OutboundFilters(ProxyScope scope) =>
    [
        .. IstioFilters.HttpExchange(scope, inbound: false), GrpcStats(), .. IstioFilters.Alpn(scope), Fault(), Cors(),
        .. IstioFilters.HttpStats(scope, inbound: false), Router(),
    ];

    private static HttpFilter[] InboundFilters(ProxyScope scope) =>
    [
        .. IstioFilters.HttpExchange(scope, inbound: true), .. AccessFilters.Http(scope), GrpcStats(), Fault(), Cors(),
        .. IstioFilters.HttpStats(scope, inbound: true), Router(),
    ];

    private static HttpConnectionManager Basis(ProxyScope scope, string statPrefix)
    {
        var common = scope.Once(Common.Of);
        return new HttpConnectionManager
        {
            StatPrefix = statPrefix,
            Tracing = common.Tracing,
            UseRemoteAddress = false,
            NormalizePath = true,
            PathWithEscapedSlashesAction = PathWithEscapedSlashesAction.KeepUnchanged,
            StreamIdleTimeout = common.NoTimeout,
            Proxy100Continue = true,
            UpgradeConfigs = { common.WebSocket },
            RequestIdExtension = common.RequestIds,
            AccessLog = { common.AccessLogs },
        };
    }

    /// <summary>What is the same in all managers of a proxy.</summary>
    private sealed record Common(Tracing? Tracing, Duration NoTimeout, UpgradeConfig WebSocket, RequestIDExtension RequestIds, AccessLog[] AccessLogs)
    {
        public static Common Of(ProxyScope scope) => new(
            Traces.Of(scope), Structs.Zero(), new UpgradeConfig { UpgradeType = "websocket" },
            new RequestIDExtension { TypedConfig = Any.Pack(new UuidRequestIdConfig { UseRequestIdForTraceSampling = true }) },
            [.. Generation.AccessLogs.OfRequests(scope)]);
    }

    private static Filter Named(HttpConnectionManager manager) =>
        new() { Name = "envoy.filters.network.http_connection_manager", TypedConfig = Any.Pack(manager) };

    private static HttpFilter GrpcStats() => Http("grpc_stats", new FilterConfig { EmitFilterState = true, StatsForAllMethods = false });

    private static HttpFilter Fault() => Http("fault", new HTTPFault());

    private static HttpFilter Cors() => Http("cors", new Cors());

    /// <summary>Ends every chain.</summary>
    private static HttpFilter Router() => Http("router", new Router());

    private static HttpFilter Http(string name, IMessage config) => new() { Name = $"envoy.filters.http.{name}", TypedConfig = Any.Pack(config) };
}
