using Embark.Checks;
using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark;

/// <summary>Brings one VM into the mesh. Read it top to bottom: it is the whole job.</summary>
/// <param name="cluster">Where the WorkloadEntry and the mesh's settings are.</param>
/// <param name="vm">The VM, or <see cref="NoVm"/> where nothing is connected to.</param>
/// <param name="sink">Where the plan goes.</param>
/// <param name="proof">Proves what was delivered, or <see cref="NoProof"/>.</param>
public sealed class Join(MeshReader cluster, IVm vm, IPlanSink sink, IProof proof)
{
    /// <summary>One VM by name. The mesh is read while the entry is found and the VM is asked.</summary>
    /// <returns>What was delivered (no steps when nothing was to change) and what was proved.</returns>
    /// <exception cref="InvalidInputException">Entry, mesh or VM are refused, all problems at once; nothing was changed.</exception>
    /// <exception cref="NotJoinedException">Delivered, but the VM is not in the mesh.</exception>
    public Task<Done> RunAsync(NamespacedName name, CancellationToken cancellationToken) => RunAsync(
        token => cluster.FindWorkloadAsync(name, token), token => cluster.ReadAsync(name.Namespace, token), cancellationToken);

    /// <summary>One VM of many: its entry has been found, and the mesh is read once for all.</summary>
    /// <inheritdoc cref="RunAsync(NamespacedName, CancellationToken)"/>
    public Task<Done> RunAsync(WorkloadReading entry, Task<MeshSettings> mesh, CancellationToken cancellationToken) => RunAsync(
        _ => Task.FromResult(entry.Required()), mesh.WaitAsync, cancellationToken);

    private async Task<Done> RunAsync(
        Func<CancellationToken, Task<WorkloadEntry>> find, Func<CancellationToken, Task<MeshSettings>> read, CancellationToken cancellationToken)
    {
        var ((workload, facts), mesh) = await ReadAsync(FindAndLearnAsync, read, cancellationToken);
        if (facts is not null && HostsFile.Of(facts, workload.Name).HasBlock) workload = workload with { Names = await cluster.NamesAsync(workload, mesh, cancellationToken) };
        var plan = Planner.For(mesh, workload, facts);
        await sink.DeliverAsync(plan, cancellationToken);
        return new(plan, await proof.ProveAsync(mesh, workload, cancellationToken));

        async Task<(WorkloadEntry, VmFacts?)> FindAndLearnAsync(CancellationToken token)
        {
            var entry = await find(token);
            return (entry, await vm.LearnAsync(entry, token));
        }
    }

    /// <summary>Whether a gateway is needed at all, only the entry tells; where the entry is refused, what is wrong with the gateway is told with it.</summary>
    private static async Task<((WorkloadEntry Workload, VmFacts? Facts) Vm, MeshSettings Mesh)> ReadAsync(
        Func<CancellationToken, Task<(WorkloadEntry, VmFacts?)>> learn, Func<CancellationToken, Task<MeshSettings>> read, CancellationToken cancellationToken)
    {
        Task<MeshSettings>? mesh = null;
        try
        {
            return await Both.Async(learn, token => mesh = read(token), cancellationToken);
        }
        catch (InvalidInputException refused) when (refused.Failure == FailureClass.BadInput && mesh is { IsCompletedSuccessfully: true, Result.GatewayProblems.Count: > 0 })
        {
            throw refused.With((await mesh).GatewayProblems);
        }
    }
}
