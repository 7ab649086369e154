using Embark.Checks;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark;

/// <summary>How one job ended for one VM.</summary>
/// <param name="Workload">The WorkloadEntry.</param>
public sealed record VmOutcome(NamespacedName Workload)
{
    /// <summary>What was delivered; without steps when nothing was to change, null when it did not come so far.</summary>
    public Plan? Plan { get; init; }

    /// <summary>What was proved, or seen to be wrong; null when nothing was looked at.</summary>
    public ProofReport? Proof { get; init; }

    /// <summary>Names for the VM's <c>/etc/hosts</c>; null where they were not asked for.</summary>
    public IReadOnlyList<NameLine>? Hosts { get; init; }

    /// <summary>Why it was not done; null when it was.</summary>
    public Exception? Failure { get; init; }

    /// <summary>False: the run was interrupted before this VM's turn; nothing happened to it.</summary>
    public bool Started { get; init; } = true;

    /// <summary>True: its entry was deleted between the listing and its turn; nothing happened to it (fault matrix row 24).</summary>
    public bool Gone { get; init; }

    /// <summary>True when it was done, or there was nothing to do any more.</summary>
    public bool Succeeded => Started && Failure is null;
}
