using Embark.Checks;
using Embark.Mesh;
using Embark.Planning;

namespace Embark;

/// <summary>What a job did for one VM.</summary>
/// <param name="Plan">What was delivered; without steps when nothing was to change, null for jobs that deliver nothing.</param>
/// <param name="Proof">What was proved; null when nothing was looked at.</param>
public sealed record Done(Plan? Plan, ProofReport? Proof = null)
{
    /// <summary>True: the VM's entry was deleted after it had been listed, so nothing was done.</summary>
    public bool Gone { get; init; }

    /// <summary>Names for the VM's <c>/etc/hosts</c>; null where they were not asked for.</summary>
    public IReadOnlyList<NameLine>? Hosts { get; init; }
}
