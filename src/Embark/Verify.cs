using Embark.Checks;
using Embark.Mesh;

namespace Embark;

/// <summary>Proves that one VM is in the mesh, in both directions. Nothing is changed.</summary>
/// <param name="cluster">Where the WorkloadEntry and the mesh's settings are.</param>
/// <param name="proof">Looks at the VM.</param>
public sealed class Verify(MeshReader cluster, IProof proof)
{
    /// <summary>Reads what should be, then proves that it is.</summary>
    /// <exception cref="InvalidInputException">Entry or mesh are refused: nothing can be said of the VM.</exception>
    /// <exception cref="NotJoinedException">The VM is not in the mesh, with the cause where it is known.</exception>
    public async Task<ProofReport?> RunAsync(WorkloadReading? entry, Kubernetes.NamespacedName name, CancellationToken cancellationToken)
    {
        var mesh = cluster.ReadAsync(name.Namespace, cancellationToken);
        var workload = entry is null ? await cluster.FindWorkloadAsync(name, cancellationToken) : entry.Required();
        return await proof.ProveAsync(await mesh, workload, cancellationToken);
    }
}
