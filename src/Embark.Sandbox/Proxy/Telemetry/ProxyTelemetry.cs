using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Protos.AccessLogs;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Upstream;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>What one proxy tells of its traffic: a sender per access log service and name, and one of spans per collector.</summary>
internal sealed class ProxyTelemetry(UpstreamClusters clusters, TimeProvider clock, Random random)
{
    private readonly ConcurrentDictionary<(string Cluster, string LogName), AccessLogSender> _logs = new();
    private readonly ConcurrentDictionary<SpanCollector, SpanSender> _spans = new();
    private readonly TaskCompletionSource<(Node Node, CancellationToken Stop)> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where spans go for lack of a provider, as the bootstrap has it; null for nowhere.</summary>
    public SpanCollector? BootstrapTracer { get; private set; }

    /// <summary>Who this proxy is, as access logs and spans say it; null before it runs.</summary>
    public Node? Node { get; private set; }

    public TimeProvider Clock => clock;

    /// <summary>Takes the agent's bootstrap into use and keeps it true until it is cancelled.</summary>
    public async Task RunAsync(AgentSettings settings, ResolveHost resolve, CancellationToken cancellationToken)
    {
        Node = NodeMetadata.For(settings);
        var bootstrap = new BootstrapClusters(settings.ProxyConfig, clusters, resolve, clock);
        BootstrapTracer = bootstrap.HasTracer ? new SpanCollector(BootstrapClusters.Zipkin, "/api/v2/spans", BootstrapClusters.Zipkin) : null;
        _started.TrySetResult((Node, cancellationToken));
        await bootstrap.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public IReadOnlyList<AccessLogSender> HttpLogs(IEnumerable<AccessLog> configured) =>
    [
        .. from log in configured
           where log.TypedConfig?.Is(HttpGrpcAccessLogConfig.Descriptor) == true
           select Sender(log.TypedConfig.Unpack<HttpGrpcAccessLogConfig>().CommonConfig),
    ];

    public IReadOnlyList<AccessLogSender> TcpLogs(IEnumerable<AccessLog> configured) =>
    [
        .. from log in configured
           where log.TypedConfig?.Is(TcpGrpcAccessLogConfig.Descriptor) == true
           select Sender(log.TypedConfig.Unpack<TcpGrpcAccessLogConfig>().CommonConfig),
    ];

    public SpanSender Spans(SpanCollector collector) => _spans.GetOrAdd(collector, to => new SpanSender(to, clusters, random, _started.Task));

    private AccessLogSender Sender(CommonGrpcAccessLogConfig common) => _logs.GetOrAdd(
        (common.GrpcService.EnvoyGrpc.ClusterName, common.LogName), key => new AccessLogSender(key.Cluster, key.LogName, clusters, random, _started.Task));
}

/// <summary>Addresses of a host name of the bootstrap; none when it has none yet.</summary>
internal delegate Task<IReadOnlyList<System.Net.IPAddress>> ResolveHost(string host, CancellationToken cancellationToken);

/// <summary>Where spans go.</summary>
/// <param name="Cluster">By which cluster.</param>
/// <param name="Path">Path of the request.</param>
/// <param name="Host">Host of the request.</param>
internal sealed record SpanCollector(string Cluster, string Path, string Host);
