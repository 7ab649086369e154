using Embark.Kubernetes;

namespace Embark.Checks;

/// <summary>What was proved of one VM, and what not.</summary>
public sealed record ProofReport
{
    /// <summary>The WorkloadEntry.</summary>
    public required NamespacedName Workload { get; init; }

    /// <summary>All checks, in the order in which they build on each other.</summary>
    public required IReadOnlyList<CheckResult> Checks { get; init; }

    /// <summary>Why it did not join; null when nothing failed, or nothing known fits.</summary>
    public KnownCause? Cause { get; init; }

    /// <summary>SPIFFE identity in the VM's certificate; null when it has none.</summary>
    public string? VmIdentity { get; init; }

    /// <summary>SPIFFE identity of the service in the mesh that answered the VM, as the VM's proxy checks it; null when it was not seen.</summary>
    public string? PeerIdentity { get; init; }

    /// <summary>True when no check failed.</summary>
    public bool Joined => Checks.All(check => check.Outcome != CheckOutcome.Failed);

    /// <summary>True when requests were seen in both directions and nothing failed.</summary>
    public bool Proved => Joined && Checks.All(check => !Titles.Requests.Contains(check.Title) || check.Outcome == CheckOutcome.Ok);
}

/// <summary>Titles of the checks: scripts find them by these words.</summary>
internal static class Titles
{
    public const string Container = "container", Ready = "ready", Gateway = "way to istiod", Steady = "stays connected", Settings = "settings", Certificate = "certificate", Discovery = "configuration",
        Listeners = "listeners", Clusters = "clusters", Entry = "workload entry", ToMesh = "VM to mesh", FromMesh = "mesh to VM";

    public static readonly IReadOnlyList<string> Requests = [ToMesh, FromMesh];
}
