using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Telemetry;
using Embark.Sandbox.Proxy.Tls;
using Embark.Sandbox.Proxy.Upstream;
using Embark.Sandbox.Proxy.Xds;

namespace Embark.Sandbox.Proxy;

/// <summary>The data plane of one proxy: what Envoy is beside pilot-agent.</summary>
internal sealed class ProxyRuntime : IAsyncDisposable
{
    private readonly HttpCodec _codec;
    private readonly CancellationTokenSource _draining;

    private ProxyRuntime(HttpCodec codec, CancellationTokenSource draining, UpstreamClusters clusters, ListenerSet listeners, RouteTables routes, Stats stats, WithoutEffect withoutEffect)
    {
        _codec = codec;
        _draining = draining;
        (Clusters, Listeners, Routes, Stats) = (clusters, listeners, routes, stats);
        Resources = new ProxyResources(clusters, listeners, routes, withoutEffect);
    }

    public UpstreamClusters Clusters { get; }

    public ListenerSet Listeners { get; }

    public RouteTables Routes { get; }

    public Stats Stats { get; }

    public ProxyResources Resources { get; }

    /// <summary>Tells others of the traffic once it is run.</summary>
    public required ProxyTelemetry Telemetry { get; init; }

    /// <summary>One CDS and one LDS answer were taken: what "ready" means, and all it means (protocols 8.5).</summary>
    public bool HasConfiguration => Stats.Read("cluster_manager.cds.update_success") > 0 && Stats.Read("listener_manager.lds.update_success") > 0;

    public static async Task<ProxyRuntime> StartAsync(
        WorkloadCertificates certificates, TextWriter accessLog, ProxyLog log, TimeProvider clock, NewSocket newSocket, CancellationToken cancellationToken)
    {
        var codec = await HttpCodec.StartAsync(cancellationToken).ConfigureAwait(false);
        var draining = new CancellationTokenSource();
        var clusters = new UpstreamClusters(certificates, clock, newSocket);
        var routes = new RouteTables();
        var stats = new Stats();
        var telemetry = new ProxyTelemetry(clusters, clock, Random.Shared);
        var plane = new HttpDataPlane(codec, clusters, stats, clock, Random.Shared, accessLog, telemetry, draining.Token);
        var listeners = new ListenerSet(new FilterChainFactory(certificates, routes, plane, log), stats, log, newSocket);
        return new ProxyRuntime(codec, draining, clusters, listeners, routes, stats, new WithoutEffect(log)) { Telemetry = telemetry };
    }

    /// <summary>Lets HTTP connections end with the request that is under way. New connections are still taken.</summary>
    public void BeginDrain() => _draining.Cancel();

    public async ValueTask DisposeAsync()
    {
        await Listeners.DisposeAsync().ConfigureAwait(false);
        await _codec.DisposeAsync().ConfigureAwait(false);
        foreach (var cluster in Clusters.All)
            cluster.Dispose();
        _draining.Dispose();
    }
}
