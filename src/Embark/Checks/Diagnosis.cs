namespace Embark.Checks;

/// <summary>Names the one cause behind failed checks: what only the configuration shows, else what the log says, else what was changed. A wrong configuration comes first: the log then tells of its consequences.</summary>
internal static class Diagnosis
{
    private const string JoinAgain = "run embark join again: it writes the environment from the WorkloadEntry";

    public static KnownCause? Of(ExpectedProxy expected, ProxyReading seen) =>
        Silent(expected, seen) ?? KnownFailures.Find(seen.Log, expected.LogContext) ?? Unreached(expected, seen) ?? Changed(expected, seen);

    /// <summary>Faults with which a proxy is ready and says nothing (failures.md F).</summary>
    private static KnownCause? Silent(ExpectedProxy expected, ProxyReading seen)
    {
        if (seen.Listeners is { } listeners && ProxyChecks.CapturingListeners(listeners).Count > 0)
            return new("interception-mode", "the proxy waits for captured traffic (ISTIO_META_INTERCEPTION_MODE is not NONE), so nothing listens where the Sidecar binds", JoinAgain);
        if (seen.Listeners is { } found && ProxyChecks.DefaultListeners(expected, found) is { Count: > 0 } strange)
            return new("labels", $"the proxy's labels match no Sidecar (ISTIO_METAJSON_LABELS): it holds {string.Join(", ", strange.Take(4))}, which the application may want", $"{JoinAgain}; see that the Sidecar's workloadSelector has the entry's labels");
        if (seen.Clusters is { } clusters && ProxyChecks.Direct(expected, clusters).FirstOrDefault() is { } direct)
            return new("network", $"pods are dialled directly ({direct}) instead of through the gateway: ISTIO_META_NETWORK is \"{Printable.Text(seen.Environment.GetValueOrDefault("ISTIO_META_NETWORK", ""))}\", the entry's network is {expected.Workload.Network}",
                $"{JoinAgain}; see also topology.istio.io/network on the system namespace and the gateway's Service");
        return null;
    }

    // The agent itself says so only after 21 s (failure row 134).
    private static KnownCause? Unreached(ExpectedProxy expected, ProxyReading seen) => (expected.Istiod, seen.Reach) switch
    {
        ({ } istiod, "dropped") => new("blocked", $"packets from the VM to {istiod} are dropped on the way", "open TCP 15012 and 15443 from the VM to the gateway in the firewall"),
        ({ } istiod, "refused") => new("istiod-refused", $"{istiod} refuses connections: nothing listens there for istiod", "let the VM gateway's Service offer 15012 and pass it to istiod (Gateway and VirtualService), and see that istiod runs"),
        ({ } istiod, "unreachable") => new("no-route", $"the VM has no route to {istiod}", "use an address of the gateway that the VM can reach, not one of the cluster's own"),
        ({ } istiod, "unknown") => new("name-unknown", $"the VM cannot resolve {istiod.Host}", "make the name known to the VM's DNS"),
        _ => null,
    };

    /// <summary>What a TCP connection met, for people.</summary>
    internal static string Words(string reach) => reach switch
    {
        "dropped" => "no answer within 5 s, packets are dropped",
        "refused" => "connection refused",
        "unreachable" => "no route from the VM",
        "unknown" => "the VM cannot resolve the name",
        _ => Printable.Text(reach, 20),
    };

    private static KnownCause? Changed(ExpectedProxy expected, ProxyReading seen)
    {
        if (seen.Status is null) return null;
        var differing = ProxyChecks.Settings(expected.Environment, seen.Environment).ToList();
        return differing.Count == 0 ? null : new("settings", $"the proxy's settings are not those of the WorkloadEntry: {string.Join("; ", differing)}", JoinAgain);
    }
}
