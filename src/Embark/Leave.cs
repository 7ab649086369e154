using Embark.Delivery;
using Embark.Mesh;
using Embark.Planning;

namespace Embark;

/// <summary>Takes one VM off the mesh: our labelled containers and our own files, nothing else.</summary>
/// <param name="vm">The VM, or <see cref="NoVm"/> in a dry run.</param>
/// <param name="sink">Where the plan goes.</param>
public sealed class Leave(IVm vm, IPlanSink sink)
{
    /// <summary>Learns, plans and delivers.</summary>
    /// <param name="workload">The WorkloadEntry; it says which VM and which directory.</param>
    /// <param name="cluster">Which cluster it is in; null where that is not known.</param>
    /// <param name="cancellationToken">Ends in good order.</param>
    /// <returns>What was taken away; no steps when nothing of ours was there.</returns>
    /// <exception cref="InvalidInputException">The VM is refused; nothing was changed.</exception>
    public async Task<Done> RunAsync(WorkloadEntry workload, string? cluster, CancellationToken cancellationToken)
    {
        var facts = await vm.LearnAsync(workload, cancellationToken);
        var plan = Planner.ToLeave(workload, facts, cluster);
        await sink.DeliverAsync(plan, cancellationToken);
        return new(plan);
    }
}
