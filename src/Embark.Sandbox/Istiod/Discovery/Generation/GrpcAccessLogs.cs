using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Access logs that proxies send to an access log service (protocols 6.2).</summary>
internal static class GrpcAccessLogs
{
    /// <summary>In the agent's bootstrap, from ProxyConfig.envoyAccessLogService.</summary>
    private const string BootstrapCluster = "envoy_accesslog_service";

    private static readonly string[] s_peers = ["upstream_peer", "downstream_peer"];

    private static readonly string[] s_olderPeers =
        ["wasm.upstream_peer", "wasm.upstream_peer_id", "wasm.downstream_peer", "wasm.downstream_peer_id", .. s_peers];

    /// <summary>Of requests, by MeshConfig.enableEnvoyAccessLogService.</summary>
    public static AccessLog OfRequests() => Http(new CommonGrpcAccessLogConfig
    {
        LogName = "http_envoy_accesslog", GrpcService = To(BootstrapCluster, null), FilterStateObjectsToLog = { s_olderPeers }, TransportApiVersion = ApiVersion.V3,
    });

    /// <summary>Of connections, by MeshConfig.enableEnvoyAccessLogService.</summary>
    public static AccessLog OfConnections() => Tcp("tcp_envoy_accesslog");

    /// <summary>Of connections that no filter chain took.</summary>
    public static AccessLog OfListener() => Tcp("listener_envoy_accesslog");

    /// <summary>By a provider of the mesh, whose Service is an ordinary one.</summary>
    public static AccessLog Of(TelemetryProvider provider)
    {
        var common = new CommonGrpcAccessLogConfig
        {
            LogName = provider.LogName ?? (provider.Kind == TelemetryProviderKind.HttpAccessLogs ? "http_envoy_accesslog" : "tcp_envoy_accesslog"),
            GrpcService = To(provider.Cluster, provider.Service),
            FilterStateObjectsToLog = { provider.FilterStates ?? s_peers },
            TransportApiVersion = ApiVersion.V3,
        };
        return provider.Kind == TelemetryProviderKind.HttpAccessLogs ? Http(common) : Tcp(common);
    }

    private static AccessLog Tcp(string name) => Tcp(new CommonGrpcAccessLogConfig
    {
        LogName = name, GrpcService = To(BootstrapCluster, null), FilterStateObjectsToLog = { s_olderPeers }, TransportApiVersion = ApiVersion.V3,
    });

    private static AccessLog Http(CommonGrpcAccessLogConfig common) => Named("envoy.access_loggers.http_grpc", new HttpGrpcAccessLogConfig { CommonConfig = common });

    private static AccessLog Tcp(CommonGrpcAccessLogConfig common) => Named("envoy.tcp_grpc_access_log", new TcpGrpcAccessLogConfig { CommonConfig = common });

    private static AccessLog Named(string name, IMessage config) => new() { Name = name, TypedConfig = Any.Pack(config) };

    private static GrpcService To(string cluster, string? authority) => new()
    {
        EnvoyGrpc = new GrpcService.Types.EnvoyGrpc { ClusterName = cluster, Authority = authority ?? "" },
    };
}
