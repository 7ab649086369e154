using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Delivery;
using Embark.Planning;

namespace Embark.Cli.Commands;

/// <summary>Wires a join to where its plan goes.</summary>
internal sealed class JoinJob(RunRequest request, Terminal terminal) : IVmJob
{
    private readonly Lock _gate = new();
    private LocalOutput? _local;

    public string Name => "Join";

    public async Task<Plan> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        switch (request.Destination)
        {
            case Destination.Print:
                return await RunAsync(run, new NoVm(), new PrintSink(run.Output), cancellationToken);
            case Destination.Folder or Destination.Archive:
                return await RunAsync(run, new NoVm(), Local(run).Sink, cancellationToken);
            default:
                var (vm, sink) = run.OverSsh(VmPurpose.Join);
                await using (vm)
                    return await RunAsync(run, vm, sink, cancellationToken);
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

    private static Task<Plan> RunAsync(VmRun run, IVm vm, IPlanSink sink, CancellationToken cancellationToken)
    {
        var join = new Join(run.Reader, vm, sink);
        return run is { Reading: { } reading, Mesh: { } mesh } ? join.RunAsync(reading, mesh.Value, cancellationToken) : join.RunAsync(run.Name, cancellationToken);
    }
}
