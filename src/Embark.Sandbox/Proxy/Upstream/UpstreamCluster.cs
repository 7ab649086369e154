using System.Collections.Concurrent;
using System.Net;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Tls;
using HttpProtocolOptions = Embark.Sandbox.Istiod.Protos.Upstreams.HttpProtocolOptions;
using TlsSocket = Embark.Sandbox.Istiod.Protos.Tls.UpstreamTlsContext;

namespace Embark.Sandbox.Proxy.Upstream;

/// <summary>One cluster in use: its endpoints change under it, its connections stay.</summary>
internal sealed class UpstreamCluster : IDisposable
{
    private readonly ConcurrentDictionary<(IPEndPoint Address, bool MutualTls, string Protocols), HttpMessageInvoker> _pools = new();
    private readonly UpstreamConnector _plain;
    private readonly UpstreamConnector _mutual;
    private volatile IReadOnlyList<UpstreamEndpoint> _endpoints = [];

    public UpstreamCluster(Cluster configuration, WorkloadCertificates certificates, TimeProvider clock, NewSocket newSocket)
    {
        if (configuration.Type is Cluster.Types.DiscoveryType.StrictDns or Cluster.Types.DiscoveryType.LogicalDns)
            throw new ConfigurationRejectedException("endpoints found by DNS are not supported");
        Configuration = configuration;
        Name = configuration.Name;
        var timeout = configuration.ConnectTimeout?.ToTimeSpan() ?? TimeSpan.FromSeconds(5); // Envoy's default
        _plain = new UpstreamConnector(Socket(configuration.TransportSocket), timeout, newSocket);
        _mutual = new UpstreamConnector(
            Socket(configuration.TransportSocketMatches.FirstOrDefault(m => m.Match.Fields.TryGetValue("tlsMode", out var mode) && mode.StringValue == "istio")?.TransportSocket)
                ?? _plain.Tls, timeout, newSocket);
        var http = configuration.TypedExtensionProtocolOptions.Values
            .FirstOrDefault(any => any.Is(HttpProtocolOptions.Descriptor))?.Unpack<HttpProtocolOptions>();
        Http2 = http?.ExplicitHttpConfig?.Http2ProtocolOptions is not null;
        FollowsDownstreamProtocol = http?.UseDownstreamProtocolConfig is not null;
        if (configuration.LoadAssignment is { } assignment)
            Assign(assignment);

        UpstreamTls? Socket(TransportSocket? socket) =>
            socket?.TypedConfig is { } any && any.Is(TlsSocket.Descriptor) ? new UpstreamTls(Strict.Unpack(any, TlsSocket.Parser), certificates, clock) : null;
    }

    public string Name { get; }

    public Cluster Configuration { get; }

    /// <summary>Requests go as HTTP/2, whatever the client speaks.</summary>
    public bool Http2 { get; }

    /// <summary>Requests go in the protocol the client speaks (auto-detected ports).</summary>
    public bool FollowsDownstreamProtocol { get; }

    public IReadOnlyList<UpstreamEndpoint> Endpoints => _endpoints;

    /// <summary>The assignment in use; null before the first.</summary>
    public ClusterLoadAssignment? LastAssignment { get; private set; }

    /// <summary>Takes an assignment into use; endpoints that stay keep their counts. An address that is named twice counts once, as in Envoy.</summary>
    public void Assign(ClusterLoadAssignment assignment)
    {
        LastAssignment = assignment;
        var known = _endpoints.ToDictionary(e => (e.Address, e.MutualTls, e.Weight));
        _endpoints =
        [
            .. (from locality in assignment.Endpoints
                from endpoint in locality.LbEndpoints
                where endpoint.HealthStatus is HealthStatus.Unknown or HealthStatus.Healthy or HealthStatus.Degraded
                let socket = endpoint.Endpoint?.Address?.SocketAddress
                where socket is not null
                select Known(new IPEndPoint(IPAddress.Parse(socket.Address), (int)socket.PortValue), endpoint.LoadBalancingWeight ?? 1, TlsModeIstio(endpoint)))
               .DistinctBy(endpoint => endpoint.Address),
        ];

        UpstreamEndpoint Known(IPEndPoint address, uint weight, bool mutualTls) =>
            known.TryGetValue((address, mutualTls, weight), out var same) ? same : new UpstreamEndpoint(address, weight, mutualTls);
    }

    /// <summary>A raw connection, for TCP.</summary>
    public Task<Stream> ConnectAsync(UpstreamEndpoint endpoint, CancellationToken cancellationToken) =>
        ConnectorFor(endpoint).ConnectAsync(endpoint, null, cancellationToken);

    /// <summary>Pooled HTTP connections to one endpoint.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="protocols">ALPN to offer, by the protocol of the request (filter istio.alpn); null for the cluster's own.</param>
    public HttpMessageInvoker Pool(UpstreamEndpoint endpoint, IReadOnlyList<string>? protocols) =>
        _pools.GetOrAdd((endpoint.Address, endpoint.MutualTls, string.Join(',', protocols ?? [])), _ => new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ConnectCallback = async (_, cancellationToken) =>
                await ConnectorFor(endpoint).ConnectAsync(endpoint, protocols, cancellationToken).ConfigureAwait(false),
        }, disposeHandler: true));

    /// <summary>No new requests come; those under way end by themselves, then the pools go.</summary>
    public void Retire() => _ = Task.Delay(TimeSpan.FromMinutes(5)).ContinueWith(_ => Dispose(), TaskScheduler.Default);

    public void Dispose()
    {
        foreach (var pool in _pools.Values)
            pool.Dispose();
    }

    private UpstreamConnector ConnectorFor(UpstreamEndpoint endpoint) => endpoint.MutualTls ? _mutual : _plain;

    private static bool TlsModeIstio(LbEndpoint endpoint) =>
        endpoint.Metadata?.FilterMetadata.TryGetValue("envoy.transport_socket_match", out var match) == true
        && match.Fields.TryGetValue("tlsMode", out var mode) && mode.StringValue == "istio";
}
