using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Grpc;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Discovery.Serving;

namespace Embark.Sandbox.Istiod.Registration;

/// <summary>
/// What istiod writes about VMs: entries of a WorkloadGroup made by themselves, connectedAt and disconnectedAt, the
/// Healthy condition (protocols 2.8, 10.4).
/// </summary>
internal sealed class Registrations(KubernetesClient api, string istiodPod, TimeProvider clock, CancellationToken stopping)
{
    /// <summary>How long an entry outlives its connection (PILOT_WORKLOAD_ENTRY_GRACE_PERIOD).</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Dictionary<NamespacedName, int> _streams = [];

    /// <summary>Notes a new stream; the result is disposed when it ends.</summary>
    /// <exception cref="GrpcException">The node asks for something that is not there.</exception>
    public async Task<ProxyRegistration> ConnectAsync(ProxyNode proxy, MeshIdentity caller, CancellationToken cancellationToken)
    {
        if (proxy.AutoRegisterGroup is { } group)
        {
            var name = await new AutoRegistration(api, clock, istiodPod).RegisterAsync(proxy, group, caller, cancellationToken).ConfigureAwait(false);
            return Counted(new NamespacedName(proxy.Namespace, name), madeByItself: true);
        }

        if (proxy.WorkloadEntry is not { } entryName)
            return new ProxyRegistration(this, null, madeByItself: false);
        var entry = await api.GetAsync(MeshKinds.WorkloadEntries, proxy.Namespace, entryName, cancellationToken).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatus.Unknown,
                $"proxy metadata indicates that it must correspond to an existing WorkloadEntry, however WorkloadEntry {proxy.Namespace}/{entryName} is not found");
        if (entry["metadata"]?["annotations"]?["proxy.istio.io/health-checks-enabled"]?.GetValue<string>() != "true")
            return new ProxyRegistration(this, null, madeByItself: false); // without it nothing is written
        var key = new NamespacedName(proxy.Namespace, entryName);
        var registration = Counted(key, madeByItself: false); // before it is written: an older stream may be about to end
        await AnnotateAsync(key, new JsonObject
        {
            ["istio.io/connectedAt"] = Now(),
            ["istio.io/disconnectedAt"] = null,
            ["istio.io/workloadController"] = istiodPod,
        }, cancellationToken).ConfigureAwait(false);
        return registration;
    }

    private ProxyRegistration Counted(NamespacedName entry, bool madeByItself)
    {
        lock (_streams)
            _streams[entry] = _streams.GetValueOrDefault(entry) + 1;
        return new ProxyRegistration(this, entry, madeByItself);
    }

    public async Task ReportAsync(NamespacedName entry, bool healthy, string problem, CancellationToken cancellationToken)
    {
        var condition = new JsonObject
        {
            ["type"] = "Healthy",
            ["status"] = healthy ? "True" : "False",
            ["lastProbeTime"] = Now(),
            ["lastTransitionTime"] = Now(),
        };
        if (!healthy)
            condition["message"] = problem;
        await api.PatchAsync(MeshKinds.WorkloadEntryStatus, entry.Namespace, entry.Name,
            new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray(condition) } }, cancellationToken).ConfigureAwait(false);
    }

    public async Task DisconnectAsync(NamespacedName entry, bool madeByItself)
    {
        lock (_streams)
            if (--_streams[entry] > 0)
                return; // another stream of the same proxy is open, such as one it opened anew
        try
        {
            var now = Now();
            await AnnotateAsync(entry, new JsonObject { ["istio.io/connectedAt"] = null, ["istio.io/disconnectedAt"] = now }, stopping).ConfigureAwait(false);
            _ = CleanAsync(entry, madeByItself, now);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            // The entry is gone, or the sandbox ends.
        }
    }

    // An entry that came back meanwhile carries connectedAt again, or was left at another time.
    private async Task CleanAsync(NamespacedName entry, bool madeByItself, string disconnectedAt)
    {
        try
        {
            await Task.Delay(Grace, clock, stopping).ConfigureAwait(false);
            var now = await api.GetAsync(MeshKinds.WorkloadEntries, entry.Namespace, entry.Name, stopping).ConfigureAwait(false);
            if (now is null || now["metadata"]?["annotations"]?["istio.io/disconnectedAt"]?.GetValue<string>() != disconnectedAt)
                return;
            if (madeByItself)
                await api.DeleteAsync(MeshKinds.WorkloadEntries, entry.Namespace, entry.Name, stopping).ConfigureAwait(false);
            else
                await api.PatchAsync(MeshKinds.WorkloadEntryStatus, entry.Namespace, entry.Name,
                    new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray() } }, stopping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KubernetesException or OperationCanceledException)
        {
            // Tried again at the next disconnect.
        }
    }

    internal string Now() => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);

    private Task<JsonObject> AnnotateAsync(NamespacedName entry, JsonObject annotations, CancellationToken cancellationToken) =>
        api.PatchAsync(MeshKinds.WorkloadEntries, entry.Namespace, entry.Name,
            new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }, cancellationToken);
}
