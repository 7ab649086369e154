namespace Embark.Sandbox.Proxy.Agent;

/// <summary>
/// Ready once one CDS and one LDS answer were taken; kept when istiod is lost later, gone when the proxy ends
/// (protocols 8.5). Each question leaves a line in the log, as pilot-agent's does.
/// </summary>
internal sealed class Readiness(ProxyRuntime runtime, ProxyLog log)
{
    private volatile bool _wasReady;

    public bool Terminating { get; set; }

    /// <summary>True since it was ready once: what the agent's own probe of the application asks, also while it drains.</summary>
    public bool HasBeen => _wasReady || runtime.HasConfiguration;

    public bool Ask()
    {
        if (Terminating)
            return No("server is terminated: received signal: terminated");
        if (_wasReady)
            return true;
        long Read(string name) => runtime.Stats.Read(name);
        var (cds, cdsRejected) = (Read("cluster_manager.cds.update_success"), Read("cluster_manager.cds.update_rejected"));
        var (lds, ldsRejected) = (Read("listener_manager.lds.update_success"), Read("listener_manager.lds.update_rejected"));
        var counters = $"cds updates: {cds} successful, {cdsRejected} rejected; lds updates: {lds} successful, {ldsRejected} rejected";
        if (cds > 0 && lds > 0)
        {
            _wasReady = true;
            log.Info("", "Envoy proxy is ready");
            return true;
        }

        return No(cdsRejected + ldsRejected > 0 ? $"config received from XDS server, but was rejected: {counters}"
            : cds + lds > 0 ? $"config not fully received from XDS server: {counters}"
            : $"config not received from XDS server (is Istiod running?): {counters}");
    }

    private bool No(string reason)
    {
        log.Warning("", $"Envoy proxy is NOT ready: {reason}");
        return false;
    }
}
