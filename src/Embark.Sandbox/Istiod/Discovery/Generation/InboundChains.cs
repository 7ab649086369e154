using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>How connections to one inbound port are told apart: by TLS or not, and by the ALPN that Istio's clients offer.</summary>
/// <param name="EndsTls">True: mutual TLS is ended here. False: plain text, or TLS that is the application's own.</param>
internal sealed record InboundChain(bool Http, bool EndsTls, string Transport, IReadOnlyList<string> Alpn)
{
    private static readonly string[] IstioHttp = ["istio-http/1.0", "istio-http/1.1", "istio-h2"];
    private static readonly string[] IstioTcp = ["istio-peer-exchange", "istio"];
    private static readonly string[] PlainHttp = ["http/1.1", "h2c"];

    /// <summary>All that an Istio client may offer.</summary>
    public static readonly IReadOnlyList<string> AnyIstio = ["istio", "istio-peer-exchange", .. IstioHttp];

    private const string Tls = "tls";
    private const string Plain = "raw_buffer";

    public static IReadOnlyList<InboundChain> Of(Treatment treatment, MutualTls mode) => (treatment, mode) switch
    {
        (Treatment.Http, MutualTls.Permissive) => [new(true, true, Tls, AnyIstio), new(true, false, Plain, [])],
        (Treatment.Http, MutualTls.Strict) => [new(true, true, Tls, [])],
        (Treatment.Http, _) => [new(true, false, Plain, [])],
        (Treatment.Tcp, MutualTls.Permissive) => [new(false, true, Tls, AnyIstio), new(false, false, Tls, []), new(false, false, Plain, [])],
        (Treatment.Tcp, MutualTls.Strict) => [new(false, true, Tls, [])],
        (Treatment.Tcp, _) => [new(false, false, "", [])],
        (_, MutualTls.Permissive) =>
        [
            new(true, true, Tls, IstioHttp), new(true, false, Plain, PlainHttp), new(false, true, Tls, IstioTcp), new(false, false, Plain, []),
            new(false, false, Tls, []),
        ],
        (_, MutualTls.Strict) => [new(true, true, Tls, IstioHttp), new(false, true, Tls, [])],
        _ => [new(true, false, Plain, PlainHttp), new(false, false, "", [])],
    };

    /// <param name="port">Null: whatever port the connection was for.</param>
    public FilterChain With(ProxyScope scope, string name, int? port, IEnumerable<Filter> filters) => new()
    {
        Name = name,
        FilterChainMatch = new FilterChainMatch
        {
            DestinationPort = (uint?)port, TransportProtocol = Transport, ApplicationProtocols = { Alpn },
        },
        TransportSocket = EndsTls ? TlsContexts.Downstream(scope, Http) : null,
        Filters = { filters },
    };
}
