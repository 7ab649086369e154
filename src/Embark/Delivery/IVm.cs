using Embark.Mesh;

namespace Embark.Delivery;

/// <summary>The VM as a job sees it: something that can be asked once, before planning.</summary>
public interface IVm
{
    /// <summary>Facts of the VM; null when nothing is connected to (dry run, directory, archive).</summary>
    Task<VmFacts?> LearnAsync(WorkloadEntry workload, CancellationToken cancellationToken);
}
