using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Ssh;

namespace Embark.Cli.Commands;

/// <summary>One VM's turn: what a job is wired from.</summary>
internal sealed record VmRun(NamespacedName Name)
{
    public required KubernetesClient Cluster { get; init; }
    public required MeshReader Reader { get; init; }
    public required SshOptions Ssh { get; init; }

    /// <summary>Where its lines go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Ends what is under way at once.</summary>
    public required CancellationToken Forced { get; init; }

    /// <summary>Its entry, where many were listed; null where it is yet to be found.</summary>
    public WorkloadReading? Reading { get; init; }

    /// <summary>The mesh, read once for many; null with <see cref="Reading"/>.</summary>
    public Lazy<Task<MeshSettings>>? Mesh { get; init; }

    public async Task<WorkloadEntry> EntryAsync(CancellationToken cancellationToken) =>
        Reading is null ? await Reader.FindWorkloadAsync(Name, cancellationToken) : Reading.Required();

    public (VmOverSsh Vm, SshSink Sink) OverSsh(VmPurpose purpose, bool endsSession = true)
    {
        var transcript = new Transcript(Output, dryRun: false);
        var vm = new VmOverSsh(Ssh, transcript, TimeProvider.System) { Purpose = purpose, Forced = Forced, ClusterAhead = () => Cluster.ClockSkew ?? TimeSpan.Zero };
        return (vm, new SshSink(vm, new TokenIssuer(Cluster), transcript, TimeProvider.System) { EndsSession = endsSession });
    }
}
