using Embark.Grpc;
using Embark.Sandbox.Proxy.Xds;
using Node = Embark.Sandbox.Istiod.Protos.Core.Node;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>Keeps an ADS stream open; when it ends, the proxy serves on with what it has.</summary>
internal sealed class AdsClient(AgentSettings settings, IstiodConnection istiod, Node node, ProxyRuntime runtime, HealthReports health, ProxyLog log, TimeProvider clock)
{
    private int _id;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        log.Info("xdsproxy", $"Initializing with upstream address \"{settings.DiscoveryAddress}\" and cluster \"{settings.ClusterId}\"");
        log.Info("", $"Pilot SAN: [{settings.DiscoveryAddress[..settings.DiscoveryAddress.LastIndexOf(':')]}]");
        for (var failures = 0; ;)
        {
            try
            {
                istiod.Reconnect();
                await new AdsSession(istiod.Client, node, runtime.Resources, runtime.Stats, health).RunAsync(() =>
                {
                    failures = 0;
                    log.Info("xdsproxy", $"connected to delta upstream XDS server: {settings.DiscoveryAddress}\tid={++_id}");
                }, cancellationToken).ConfigureAwait(false);
            }
            catch (GrpcException e) when (!cancellationToken.IsCancellationRequested)
            {
                runtime.Stats.Count("cluster_manager.cds.update_failure");
                // istiod answered, so it was reached: the agent counts that as a connection.
                if (e.Status is GrpcStatus.Unauthenticated or GrpcStatus.PermissionDenied)
                    log.Info("xdsproxy", $"connected to delta upstream XDS server: {settings.DiscoveryAddress}\tid={++_id}");
                log.Warning("xdsproxy", $"upstream terminated with unexpected error {e.Message}");
                log.Warning("envoy config", $"DeltaAggregatedResources gRPC config stream to xds-grpc closed: {(int)e.Status}, {e.Detail}");
            }
            catch (IOException e) when (!cancellationToken.IsCancellationRequested)
            {
                runtime.Stats.Count("cluster_manager.cds.update_failure");
                log.Warning("xdsproxy", $"upstream terminated with unexpected error rpc error: code = Unavailable desc = connection error: desc = \"{e.Message}\"");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(5_000, 500 * Math.Pow(1.5, failures++))), clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
