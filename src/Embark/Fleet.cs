using Embark.Checks;
using Embark.Kubernetes;

namespace Embark;

/// <summary>One job over many VMs, some at a time. What one VM does to its job is no matter to the others.</summary>
public static class Fleet
{
    /// <summary>VMs worked on at a time when nothing else is asked for: enough to hide a slow link, few enough for sshd and a laptop.</summary>
    public const int DefaultParallel = 16;

    /// <summary>Runs the job for each VM.</summary>
    /// <param name="vms">The VMs; outcomes come in this order.</param>
    /// <param name="parallel">VMs worked on at a time.</param>
    /// <param name="job">Does one VM, given by its place in <paramref name="vms"/>; what it throws becomes that VM's outcome.</param>
    /// <param name="cancellationToken">Interrupts: VMs that are being worked on end in good order, the rest is not started.</param>
    /// <returns>One outcome for each VM; never throws for what happened to one.</returns>
    public static async Task<IReadOnlyList<VmOutcome>> RunAsync(
        IReadOnlyList<NamespacedName> vms, int parallel, Func<int, CancellationToken, Task<Done>> job, CancellationToken cancellationToken)
    {
        var outcomes = new VmOutcome[vms.Count];
        // No token here: Parallel would throw where the outcomes shall tell what happened.
        await Parallel.ForAsync(0, vms.Count, new ParallelOptions { MaxDegreeOfParallelism = parallel }, async (at, _) =>
            outcomes[at] = await OneAsync(vms[at], token => job(at, token), cancellationToken));
        return outcomes;
    }

    /// <summary>Class of the whole: done, part of the fleet failed, or interrupted. With one VM asked for by name, its own class counts instead.</summary>
    public static FailureClass ClassOf(IReadOnlyList<VmOutcome> outcomes) =>
        outcomes.Any(outcome => !outcome.Started || outcome.Failure is OperationCanceledException) ? FailureClass.Interrupted
        : outcomes.Any(outcome => !outcome.Succeeded) ? FailureClass.PartOfFleetFailed
        : FailureClass.None;

    private static async Task<VmOutcome> OneAsync(NamespacedName vm, Func<CancellationToken, Task<Done>> job, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return new VmOutcome(vm) { Started = false };
        try
        {
            var done = await job(cancellationToken);
            return new VmOutcome(vm) { Plan = done.Plan, Proof = done.Proof, Gone = done.Gone, Hosts = done.Hosts };
        }
#pragma warning disable CA1031 // one VM's failure, whatever it is, must not end the others
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return new VmOutcome(vm) { Failure = failure, Proof = (failure as NotJoinedException)?.Report };
        }
    }
}
