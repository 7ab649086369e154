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
        manager.HttpFilters.Add(
        [
            .. IstioFilters.HttpExchange(scope, inbound: false), GrpcStats(), .. IstioFilters.Alpn(scope), Fault(), Cors(),
            .. IstioFilters.HttpStats(scope, inbound: false), Router(),
        ]);
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
        manager.HttpFilters.Add(
        [
            .. IstioFilters.HttpExchange(scope, inbound: true), .. AccessFilters.Http(scope), GrpcStats(), Fault(), Cors(),
            .. IstioFilters.HttpStats(scope, inbound: true), Router(),
        ]);
        return Named(manager);
    }

    private static HttpConnectionManager Basis(ProxyScope scope, string statPrefix) => new()
    {
        StatPrefix = statPrefix,
        Tracing = Traces.Of(scope),
        UseRemoteAddress = false,
        NormalizePath = true,
        PathWithEscapedSlashesAction = PathWithEscapedSlashesAction.KeepUnchanged,
        StreamIdleTimeout = Structs.Zero(),
        Proxy100Continue = true,
        UpgradeConfigs = { new UpgradeConfig { UpgradeType = "websocket" } },
        RequestIdExtension = new RequestIDExtension { TypedConfig = Any.Pack(new UuidRequestIdConfig { UseRequestIdForTraceSampling = true }) },
        AccessLog = { AccessLogs.OfRequests(scope) },
    };

    private static Filter Named(HttpConnectionManager manager) =>
        new() { Name = "envoy.filters.network.http_connection_manager", TypedConfig = Any.Pack(manager) };

    private static HttpFilter GrpcStats() => Http("grpc_stats", new FilterConfig { EmitFilterState = true, StatsForAllMethods = false });

    private static HttpFilter Fault() => Http("fault", new HTTPFault());

    private static HttpFilter Cors() => Http("cors", new Cors());

    /// <summary>Ends every chain.</summary>
    private static HttpFilter Router() => Http("router", new Router());

    private static HttpFilter Http(string name, IMessage config) => new() { Name = $"envoy.filters.http.{name}", TypedConfig = Any.Pack(config) };
}
