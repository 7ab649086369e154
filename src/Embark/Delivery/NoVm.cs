using Embark.Mesh;

namespace Embark.Delivery;

/// <summary>Nothing is connected to: dry run, directory, archive.</summary>
public sealed class NoVm : IVm
{
    /// <inheritdoc/>
    public Task<VmFacts?> LearnAsync(WorkloadEntry workload, CancellationToken cancellationToken) => Task.FromResult<VmFacts?>(null);
}
