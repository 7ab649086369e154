using Embark.Mesh;

namespace Embark.Checks;

/// <summary>Proves that a VM is in the mesh.</summary>
public interface IProof
{
    /// <summary>Looks, compares and tries; null when nothing is proved.</summary>
    /// <exception cref="NotJoinedException">The VM is not in the mesh, or not everything was proved and it is required.</exception>
    Task<ProofReport?> ProveAsync(MeshSettings mesh, WorkloadEntry workload, CancellationToken cancellationToken);
}

/// <summary>No proof: dry run, directory, archive, or none wanted.</summary>
public sealed class NoProof : IProof
{
    /// <inheritdoc/>
    public Task<ProofReport?> ProveAsync(MeshSettings mesh, WorkloadEntry workload, CancellationToken cancellationToken) => Task.FromResult<ProofReport?>(null);
}
