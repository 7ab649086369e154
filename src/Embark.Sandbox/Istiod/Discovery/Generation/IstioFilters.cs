using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.WellKnownTypes;
using AlpnConfig = Embark.Sandbox.Istiod.Protos.Filters.Alpn.FilterConfig;
using ClusterFilter = Embark.Sandbox.Istiod.Protos.Clusters.Filter;
using NetworkFilter = Embark.Sandbox.Istiod.Protos.Listeners.Filter;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Filters of Istio's own Envoy build. They serve telemetry; routing works without them.</summary>
internal static class IstioFilters
{
    private const string MetadataExchange = "istio.metadata_exchange";

    public static IEnumerable<ClusterFilter> OfCluster(ProxyScope scope) =>
        scope.Options.IstioFilters ? [new ClusterFilter { Name = MetadataExchange, TypedConfig = PeerExchange() }] : [];

    public static IEnumerable<NetworkFilter> NetworkExchange(ProxyScope scope) =>
        scope.Options.IstioFilters ? [new NetworkFilter { Name = MetadataExchange, TypedConfig = PeerExchange() }] : [];

    public static IEnumerable<HttpFilter> HttpExchange(ProxyScope scope, bool inbound)
    {
        var side = inbound ? "downstream" : "upstream";
        var headers = Value.ForStruct(Structs.Of(("istio_headers", Value.ForStruct(new Struct()))));
        var workloads = Value.ForStruct(Structs.Of(("workload_discovery", Value.ForStruct(new Struct()))));
        var config = Typed("io.istio.http.peer_metadata.Config", Structs.Of(
            ($"{side}_discovery", Value.ForList(headers, workloads)), ($"{side}_propagation", Value.ForList(headers.Clone()))));
        return scope.Options.IstioFilters ? [new HttpFilter { Name = MetadataExchange, TypedConfig = config }] : [];
    }

    /// <summary>Tells the other side which HTTP version is inside the mutual TLS.</summary>
    public static IEnumerable<HttpFilter> Alpn(ProxyScope scope)
    {
        var config = new AlpnConfig
        {
            AlpnOverride =
            {
                Override(AlpnConfig.Types.Protocol.Http10, "istio-http/1.0", "http/1.0"),
                Override(AlpnConfig.Types.Protocol.Http11, "istio-http/1.1", "http/1.1"),
                Override(AlpnConfig.Types.Protocol.Http2, "istio-h2", "h2"),
            },
        };
        return scope.Options.IstioFilters ? [new HttpFilter { Name = "istio.alpn", TypedConfig = Any.Pack(config) }] : [];

        static AlpnConfig.Types.AlpnOverride Override(AlpnConfig.Types.Protocol version, string first, string last) =>
            new() { UpstreamProtocol = version, AlpnOverride_ = { first, "istio", last } };
    }

    public static IEnumerable<HttpFilter> HttpStats(ProxyScope scope, bool inbound) =>
        Measures(scope) ? [new HttpFilter { Name = "istio.stats", TypedConfig = Stats(inbound) }] : [];

    public static IEnumerable<NetworkFilter> NetworkStats(ProxyScope scope, bool inbound) =>
        Measures(scope) ? [new NetworkFilter { Name = "istio.stats", TypedConfig = Stats(inbound) }] : [];

    private static bool Measures(ProxyScope scope) => scope.Options.IstioFilters && scope.Settings.Metrics;

    private static Any Stats(bool inbound) => Any.Pack(new PluginConfig { DisableHostHeaderFallback = inbound });

    private static Any PeerExchange() => Typed("envoy.tcp.metadataexchange.config.MetadataExchange", Structs.Of(
        ("protocol", Value.ForString("istio-peer-exchange")), ("enable_discovery", Value.ForBool(true))));

    private static Any Typed(string type, Struct value) => Any.Pack(new TypedStruct { TypeUrl = $"type.googleapis.com/{type}", Value = value });
}
