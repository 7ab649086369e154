using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark;

/// <summary>Lets a VM call the mesh by name: a block of its <c>/etc/hosts</c> with what its Sidecar's egress shows.</summary>
/// <param name="cluster">Where the WorkloadEntry, its Sidecar and the Services are.</param>
public sealed class NameMesh(MeshReader cluster)
{
    /// <summary>What the block shall say; nothing is connected to.</summary>
    /// <exception cref="InvalidInputException">Entry or mesh are refused.</exception>
    public async Task<(WorkloadEntry Workload, MeshNames Names)> ReadAsync(WorkloadReading? entry, NamespacedName name, CancellationToken cancellationToken)
    {
        var mesh = cluster.ReadAsync(name.Namespace, cancellationToken);
        var workload = entry is null ? await cluster.FindWorkloadAsync(name, cancellationToken) : entry.Required();
        return (workload, await cluster.NamesAsync(workload, await mesh, cancellationToken));
    }

    /// <summary>The block, with its markers.</summary>
    public static string BlockOf(WorkloadEntry workload, MeshNames names)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(names);
        return HostsFile.Block(workload.Name, names.Lines.Select(line => line.ToString()));
    }

    /// <summary>Brings the block on the VM to that, or takes it away.</summary>
    /// <param name="workload">The WorkloadEntry.</param>
    /// <param name="names">What shall be there; null to take it away.</param>
    /// <param name="vm">The VM.</param>
    /// <param name="sink">Where the plan goes.</param>
    /// <param name="cancellationToken">Ends in good order.</param>
    /// <exception cref="EmbarkException"><see cref="FailureClass.VmNotReady"/>: the VM lacks the script or the right.</exception>
    public static async Task<Done> KeepAsync(WorkloadEntry workload, MeshNames? names, IVm vm, IPlanSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(vm);
        ArgumentNullException.ThrowIfNull(sink);
        if (await vm.LearnAsync(workload, cancellationToken) is not { } facts) throw new ArgumentException("names are kept on a VM that is connected to", nameof(vm));
        var plan = Planner.ForNames(workload, facts, names);
        await sink.DeliverAsync(plan, cancellationToken);
        return new(plan);
    }
}
