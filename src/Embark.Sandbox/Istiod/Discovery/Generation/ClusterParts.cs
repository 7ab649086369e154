using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf.WellKnownTypes;
using UpstreamOptions = Embark.Sandbox.Istiod.Protos.Upstreams.HttpProtocolOptions;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>What several kinds of clusters share.</summary>
internal static class ClusterParts
{
    private const string HttpOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

    public static Cluster Named(ProxyScope scope, string name) => new()
    {
        Name = name,
        // The semicolon ends the name inside statistics, whose tags are cut out by pattern.
        AltStatName = name + ";",
        ConnectTimeout = Duration.FromTimeSpan(scope.Settings.ConnectTimeout),
    };

    /// <summary>No limits: Envoy's own defaults of 1024 would refuse traffic.</summary>
    public static CircuitBreakers NoLimits() => new()
    {
        Thresholds =
        {
            new CircuitBreakers.Types.Thresholds
            {
                MaxConnections = uint.MaxValue, MaxPendingRequests = uint.MaxValue, MaxRequests = uint.MaxValue, MaxRetries = uint.MaxValue,
            },
        },
    };

    public static Metadata OfServices(params IEnumerable<MeshService> services) => Structs.Metadata(("istio", Structs.Of(
        ("services", Value.ForList([.. services.Select(service => Value.ForStruct(Structs.Of(
            ("host", Value.ForString(service.Host)), ("name", Value.ForString(service.Name)),
            ("namespace", Value.ForString(service.Namespace)))))])))));

    /// <summary>HTTP/1 needs no options; undeclared ports speak upstream what came downstream, but for gateways, which detect nothing.</summary>
    public static void SpeakAs(ProxyScope scope, Cluster cluster, Protocol protocol)
    {
        if (protocol.IsHttp2)
            cluster.TypedExtensionProtocolOptions[HttpOptions] = Any.Pack(new UpstreamOptions
            {
                ExplicitHttpConfig = new UpstreamOptions.Types.ExplicitHttpConfig { Http2ProtocolOptions = new Http2ProtocolOptions() },
            });
        else if (protocol == Protocol.Undeclared && !scope.Proxy.IsRouter)
            cluster.TypedExtensionProtocolOptions[HttpOptions] = Any.Pack(AsDownstream(null));
    }

    public static void SpeakAsDownstream(Cluster cluster, TimeSpan idle) =>
        cluster.TypedExtensionProtocolOptions[HttpOptions] = Any.Pack(AsDownstream(new HttpProtocolOptions { IdleTimeout = Duration.FromTimeSpan(idle) }));

    private static UpstreamOptions AsDownstream(HttpProtocolOptions? common) => new()
    {
        CommonHttpProtocolOptions = common,
        UseDownstreamProtocolConfig = new UpstreamOptions.Types.UseDownstreamHttpConfig
        {
            HttpProtocolOptions = new Http1ProtocolOptions(), Http2ProtocolOptions = new Http2ProtocolOptions(),
        },
    };
}
