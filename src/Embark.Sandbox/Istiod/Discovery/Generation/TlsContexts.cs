using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Tls;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.WellKnownTypes;
using static Embark.Sandbox.Istiod.Protos.Tls.TlsParameters.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Mutual TLS between proxies: keys and roots come from the agent on the proxy's own machine, never from here.</summary>
internal static class TlsContexts
{
    private static readonly string[] CipherSuites =
    [
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "AES256-GCM-SHA384", "AES128-GCM-SHA256",
    ];

    /// <param name="identities">Who may answer; none means any certificate of the mesh.</param>
    public static TransportSocket Upstream(ProxyScope scope, string sni, IEnumerable<string> identities, bool http2)
    {
        var common = Common(identities.Select(identity => new StringMatcher { Exact = identity }));
        common.TlsParams = new TlsParameters { TlsMinimumProtocolVersion = TlsProtocol.Tlsv12, TlsMaximumProtocolVersion = TlsProtocol.Tlsv13 };
        if (scope.Options.IstioFilters)
            common.AlpnProtocols.Add("istio-peer-exchange");
        common.AlpnProtocols.Add("istio");
        if (http2)
            common.AlpnProtocols.Add("h2");
        return Socket(new UpstreamTlsContext { CommonTlsContext = common, Sni = sni });
    }

    public static TransportSocket Downstream(ProxyScope scope, bool http) => http ? scope.Once(DownstreamHttp) : scope.Once(DownstreamTcp);

    private static TransportSocket DownstreamHttp(ProxyScope scope) => MadeDownstream(scope, http: true);

    private static TransportSocket DownstreamTcp(ProxyScope scope) => MadeDownstream(scope, http: false);

    private static TransportSocket MadeDownstream(ProxyScope scope, bool http)
    {
        var domains = scope.Settings.TrustDomainAliases.Prepend(scope.Settings.TrustDomain);
        var common = Common(domains.Select(domain => new StringMatcher { Prefix = $"spiffe://{domain}/" }));
        common.TlsParams = new TlsParameters
        {
            TlsMinimumProtocolVersion = TlsProtocol.Tlsv12, TlsMaximumProtocolVersion = TlsProtocol.Tlsv13, CipherSuites = { CipherSuites },
        };
        if (!http && scope.Options.IstioFilters)
            common.AlpnProtocols.Add("istio-peer-exchange");
        common.AlpnProtocols.Add(["h2", "http/1.1"]);
        return Socket(new DownstreamTlsContext { CommonTlsContext = common, RequireClientCertificate = true });
    }

    public static TransportSocket Plain() => new() { Name = "envoy.transport_sockets.raw_buffer", TypedConfig = Any.Pack(new RawBuffer()) };

    private static TransportSocket Socket(Google.Protobuf.IMessage context) =>
        new() { Name = "envoy.transport_sockets.tls", TypedConfig = Any.Pack(context) };

    private static CommonTlsContext Common(IEnumerable<StringMatcher> names) => new()
    {
        TlsCertificateSdsSecretConfigs = { FromAgent("default") },
        CombinedValidationContext = new CommonTlsContext.Types.CombinedCertificateValidationContext
        {
            DefaultValidationContext = new CertificateValidationContext { MatchSubjectAltNames = { names } },
            ValidationContextSdsSecretConfig = FromAgent("ROOTCA"),
        },
    };

    private static SdsSecretConfig FromAgent(string name) => new()
    {
        Name = name,
        SdsConfig = new ConfigSource
        {
            ApiConfigSource = new ApiConfigSource
            {
                ApiType = ApiConfigSource.Types.ApiType.Grpc, TransportApiVersion = ApiVersion.V3, SetNodeOnFirstMessageOnly = true,
                GrpcServices = { new GrpcService { EnvoyGrpc = new GrpcService.Types.EnvoyGrpc { ClusterName = "sds-grpc" } } },
            },
            InitialFetchTimeout = Structs.Zero(),
            ResourceApiVersion = ApiVersion.V3,
        },
    };
}
