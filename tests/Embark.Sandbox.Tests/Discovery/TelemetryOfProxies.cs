using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>As a real istiod does it (protocols 6.2, 6.3).</summary>
public sealed class TelemetryOfProxies
{
    private const string Providers = """
        extensionProviders:
        - {name: als, envoyHttpAls: {service: als.istio-system.svc.cluster.local, port: 11800}}
        - {name: tcp, envoyTcpAls: {service: istio-system/als.istio-system.svc.cluster.local, port: 11800, logName: own}}
        - {name: zip, zipkin: {service: zipkin.istio-system.svc.cluster.local, port: 9411}}

        """;

    [Fact(Timeout = 15_000)]
    public void Is_sent_to_the_service_of_their_bootstrap_where_the_mesh_says_so()
    {
        var generator = SampleMesh.For(Nodes.Own(), Mesh("enableEnvoyAccessLogService: true\ndefaultConfig: {tracing: {sampling: 25}}"));

        var log = Assert.Single(Http(generator).AccessLog);
        var common = log.TypedConfig.Unpack<HttpGrpcAccessLogConfig>().CommonConfig;
        Assert.Equal(("envoy.access_loggers.http_grpc", "http_envoy_accesslog", "envoy_accesslog_service"), (log.Name, common.LogName, common.GrpcService.EnvoyGrpc.ClusterName));
        Assert.Equal(6, common.FilterStateObjectsToLog.Count);
        Assert.Equal("tcp_envoy_accesslog", Assert.Single(Tcp(generator).AccessLog).TypedConfig.Unpack<TcpGrpcAccessLogConfig>().CommonConfig.LogName);
        Assert.Equal((25, null), (Http(generator).Tracing.RandomSampling.Value, Http(generator).Tracing.Provider));
    }

    [Fact(Timeout = 15_000)]
    public void Goes_to_the_providers_that_a_telemetry_names()
    {
        var generator = SampleMesh.For(Nodes.Own(("ISTIO_VERSION", Value.ForString("1.30.3"))), Mesh(Providers),
            "{kind: Telemetry, metadata: {name: t, namespace: istio-system}, spec: {accessLogging: [{providers: [{name: als}, {name: tcp}]}], tracing: [{providers: [{name: zip}], randomSamplingPercentage: 50}]}}");

        var common = Assert.Single(Http(generator).AccessLog).TypedConfig.Unpack<HttpGrpcAccessLogConfig>().CommonConfig;
        Assert.Equal(("outbound|11800||als.istio-system.svc.cluster.local", "als.istio-system.svc.cluster.local"), (common.GrpcService.EnvoyGrpc.ClusterName, common.GrpcService.EnvoyGrpc.Authority));
        Assert.Equal(["upstream_peer", "downstream_peer"], common.FilterStateObjectsToLog);
        Assert.Equal("own", Assert.Single(Tcp(generator).AccessLog).TypedConfig.Unpack<TcpGrpcAccessLogConfig>().CommonConfig.LogName);
        var zipkin = Http(generator).Tracing.Provider.TypedConfig.Unpack<ZipkinConfig>();
        Assert.Equal(("outbound|9411||zipkin.istio-system.svc.cluster.local", "http://zipkin.istio-system.svc.cluster.local/api/v2/spans"), (zipkin.CollectorService.HttpUri.Cluster, zipkin.CollectorService.HttpUri.Uri));
        Assert.Equal(50, Http(generator).Tracing.RandomSampling.Value);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("{kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {accessLogging: [{disabled: true}]}}", 0)]
    [InlineData("{kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {selector: {matchLabels: {app: till}}, accessLogging: [{disabled: true}]}}", 0)]
    [InlineData("{kind: Telemetry, metadata: {name: t, namespace: shop}, spec: {selector: {matchLabels: {app: web}}, accessLogging: [{disabled: true}]}}", 1)]
    [InlineData("{kind: Telemetry, metadata: {name: t, namespace: bank}, spec: {accessLogging: [{disabled: true}]}}", 1)]
    public void Is_decided_by_the_nearest_telemetry(string telemetry, int logs) =>
        Assert.Equal(logs, Http(SampleMesh.For(Nodes.Own(), Mesh(Providers + "defaultProviders: {accessLogging: [als]}"), telemetry)).AccessLog.Count);

    private static string Mesh(string text) =>
        $"kind: ConfigMap\nmetadata: {{name: istio, namespace: istio-system}}\ndata:\n  mesh: |\n{string.Join('\n', text.Split('\n').Select(line => "    " + line))}";

    private static HttpConnectionManager Http(ConfigGenerator generator) => Filters(generator).First(any => any.Is(HttpConnectionManager.Descriptor)).Unpack<HttpConnectionManager>();

    private static TcpProxy Tcp(ConfigGenerator generator) => Filters(generator).First(any => any.Is(TcpProxy.Descriptor)).Unpack<TcpProxy>();

    private static IEnumerable<Any> Filters(ConfigGenerator generator) =>
        generator.Listeners().SelectMany(listener => listener.FilterChains).SelectMany(chain => chain.Filters).Select(filter => filter.TypedConfig);
}
