using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>Which chain takes a connection: port, then server name, then transport protocol, then application protocol.</summary>
public sealed class FilterChains
{
    private static readonly (FilterChainMatch? Match, string Chain)[] s_permissive =
    [
        (new() { DestinationPort = 9080, TransportProtocol = "tls", ApplicationProtocols = { "istio", "istio-http/1.1", "istio-h2" } }, "mutual TLS"),
        (new() { DestinationPort = 9080, TransportProtocol = "tls" }, "TLS passed through"),
        (new() { DestinationPort = 9080, TransportProtocol = "raw_buffer" }, "clear"),
    ];

    [Theory(Timeout = 30_000)]
    [InlineData(9080, "istio-http/1.1", "mutual TLS")]
    [InlineData(9080, "h2", "TLS passed through")]
    [InlineData(9080, "", "TLS passed through")]
    [InlineData(9080, null, "clear")]
    [InlineData(9081, null, null)]
    [InlineData(9081, "istio", null)]
    public void Permissive_port_tells_clients_apart(int port, string? alpn, string? chain) =>
        Assert.Equal(chain, FilterChainMatcher.Pick(s_permissive, port, Look("any", alpn)));

    [Theory(Timeout = 30_000)]
    [InlineData("outbound_.9080_._.reviews.bookinfo.svc.cluster.local", "istio", "reviews")]
    [InlineData("outbound_.9080_._.details.bookinfo.svc.cluster.local", "istio", "any of bookinfo")]
    [InlineData("outbound_.9080_._.reviews.bookinfo.svc.cluster.local", "h2", null)]
    [InlineData("reviews.other", "istio", "no name asked for")]
    [InlineData(null, "istio", "no name asked for")]
    public void Server_name_is_matched_exactly_before_by_suffix(string? name, string alpn, string? chain) => Assert.Equal(chain, FilterChainMatcher.Pick<string>(
    [
        (new() { ServerNames = { "*.bookinfo.svc.cluster.local" } }, "any of bookinfo"),
        (new() { ServerNames = { "outbound_.9080_._.reviews.bookinfo.svc.cluster.local" }, ApplicationProtocols = { "istio" } }, "reviews"),
        (null, "no name asked for"),
    ], 15443, Look(name, alpn)));

    /// <summary>Envoy does not come back: a more specific chain that fails a later criterion leaves no fallback (envoy.config.listener.v3.FilterChainMatch).</summary>
    [Fact(Timeout = 30_000)]
    public void More_specific_criterion_is_final() => Assert.Null(FilterChainMatcher.Pick<string>(
        [(new() { DestinationPort = 80, TransportProtocol = "tls" }, "tls on 80"), (null, "all")], 80, Look(null, null)));

    [Fact(Timeout = 30_000)]
    public void Clear_http_is_told_apart_by_version()
    {
        (FilterChainMatch?, string)[] chains = [(new() { TransportProtocol = "raw_buffer", ApplicationProtocols = { "http/1.1", "h2c" } }, "http"), (new() { TransportProtocol = "raw_buffer" }, "tcp")];

        Assert.Equal("http", FilterChainMatcher.Pick(chains, 1, new ConnectionLook(null, ["h2c"], default)));
        Assert.Equal("tcp", FilterChainMatcher.Pick(chains, 1, new ConnectionLook(null, [], default)));
    }

    [Theory(Timeout = 30_000)]
    [InlineData("GET / HTTP/1.1\r\n", "http/1.1")]
    [InlineData("GET / HTTP/1.0\r\nhost: a\r\n", "http/1.0")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "h2c")]
    [InlineData("PRI * HT", null)]
    [InlineData("GET /", null)]
    [InlineData("\u0005\u0001\u0000", "")]
    [InlineData("HELO mail\r\n", "")]
    public void Version_of_clear_http_shows_in_its_first_line(string bytes, string? version) =>
        Assert.Equal(version, ConnectionLook.HttpVersion(System.Text.Encoding.Latin1.GetBytes(bytes)));

    [Fact(Timeout = 30_000)]
    public void Criteria_that_are_not_matched_are_named()
    {
        Assert.Equal("source_ports", FilterChainMatcher.Unsupported(new FilterChainMatch { SourcePorts = { 1 } }));
        Assert.Null(FilterChainMatcher.Unsupported(s_permissive[0].Match));
    }

    // Null for clear bytes, empty for TLS without a protocol.
    private static ConnectionLook Look(string? name, string? alpn) => alpn is null
        ? new ConnectionLook(null, [], default)
        : new ConnectionLook(new ClientHello(name, alpn.Length > 0 ? [alpn] : []), alpn.Length > 0 ? [alpn] : [], default);
}
