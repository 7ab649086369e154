using Embark.Checks;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Delivery;
using Embark.Planning;

namespace Embark.Cli.Commands;

/// <summary>Wires a join to where its plan goes, and to what proves it.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="proof">How much is proved on a VM; null for nothing.</param>
/// <param name="terminal">For prose.</param>
internal sealed class JoinJob(RunRequest request, ProofOptions? proof, Terminal terminal) : IVmJob
{
    /// <summary>A proxy that was just started needs a while, and everything must stay right for 3 s (decision 15).</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45), Calm = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private LocalOutput? _local;

    public string Name => "Join";

    public async Task<Done> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        switch (request.Destination)
        {
            case Destination.Print:
                return await RunAsync(run, new NoVm(), new PrintSink(run.Output), new NoProof(), cancellationToken);
            case Destination.Folder or Destination.Archive:
                return await RunAsync(run, new NoVm(), Local(run).Sink, new NoProof(), cancellationToken);
            // Many were listed a while ago: one that was deleted since must not come back as a proxy.
            case Destination.Vm when run.Reading is not null && !await run.Reader.HasWorkloadAsync(run.Name, cancellationToken):
                return new Done(null) { Gone = true };
            default:
                var (vm, sink) = run.OverSsh(VmPurpose.Join, endsSession: proof is null);
                await using (vm)
                    return await RunAsync(run, vm, sink, ProofOn(run, vm), cancellationToken);
        }
    }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_local is not null) await _local.CompleteAsync(terminal, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_local is not null) await _local.DisposeAsync();
    }

    // One folder or archive for all VMs, opened when the first of them is planned.
    private LocalOutput Local(VmRun run)
    {
        lock (_gate) return _local ??= LocalOutput.Open(request.Destination, NameOf(run), run.Reading is not null, new TokenIssuer(run.Cluster));
    }

    private static string NameOf(VmRun run) => run.Reading is null ? $"{run.Name.Name}.{run.Name.Namespace}" : run.Name.Namespace;

    private IProof ProofOn(VmRun run, VmOverSsh vm) =>
        proof is null ? new NoProof() : new ProofOverSsh(run.Reader, vm, proof with { Patience = Patience, Calm = Calm }, TimeProvider.System);

    private static Task<Done> RunAsync(VmRun run, IVm vm, IPlanSink sink, IProof proof, CancellationToken cancellationToken)
    {
        var join = new Join(run.Reader, vm, sink, proof);
        return run is { Reading: { } reading, Mesh: { } mesh } ? join.RunAsync(reading, mesh.Value, cancellationToken) : join.RunAsync(run.Name, cancellationToken);
    }
}
