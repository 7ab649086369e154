using Embark.Mesh;

namespace Embark.Checks;

/// <summary>What istiod says of the VM. Without health checks it says nothing, and that is no fault (reliability row 95).</summary>
internal static class EntryCheck
{
    public static CheckResult Of(WorkloadEntry workload, EntryState? state)
    {
        var asked = workload.HealthChecks;
        var connected = state?.ConnectedAt is { } since ? $"connected since {Printable.Text(since.Split('.')[0], 40)}" : "";
        return state switch
        {
            null => CheckResult.Failed(Titles.Entry, "it is gone from the cluster", "apply it again"),
            { DisconnectedAt: { } at, ConnectedAt: null } => CheckResult.Failed(Titles.Entry, $"disconnected since {Printable.Text(at, 40)}", "see the proxy's log"),
            { Healthy: false } => CheckResult.Failed(Titles.Entry, $"{connected}, unhealthy: {Printable.Text(state.Message ?? "no reason given")}", "start the application, or correct the readinessProbe in the annotation proxy.istio.io/config"),
            { ConnectedAt: null } when asked => CheckResult.Failed(Titles.Entry, "istiod has not seen it connect", "see the cause: the proxy does not reach istiod"),
            { Healthy: null } when asked => CheckResult.Failed(Titles.Entry, $"{connected}, but istiod knows nothing of its health, so it sends it nothing", "the annotation proxy.istio.io/health-checks-enabled needs a readinessProbe in proxy.istio.io/config"),
            { ConnectedAt: null } => CheckResult.Ok(Titles.Entry, "no health checks are asked for, so istiod keeps no record"),
            _ => CheckResult.Ok(Titles.Entry, $"{connected}{(state.Healthy == true ? ", healthy" : "")}{(state.Controller is { } controller ? $", by {Printable.Text(controller, 60)}" : "")}"),
        };
    }
}
