using Embark.Cli.Options;
using Embark.Delivery;
using Embark.Planning;

namespace Embark.Cli.Commands;

/// <summary>Wires a join to where its plan goes.</summary>
internal sealed class JoinJob(Destination destination)
{
    public async Task<Plan> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        switch (destination)
        {
            case Destination.Print:
                return await RunAsync(run, new NoVm(), new PrintSink(run.Output), cancellationToken);
            default:
                var (vm, sink) = run.OverSsh(VmPurpose.Join);
                await using (vm)
                    return await RunAsync(run, vm, sink, cancellationToken);
        }
    }

    private static Task<Plan> RunAsync(VmRun run, IVm vm, IPlanSink sink, CancellationToken cancellationToken)
    {
        var join = new Join(run.Reader, vm, sink);
        return run is { Reading: { } reading, Mesh: { } mesh } ? join.RunAsync(reading, mesh.Value, cancellationToken) : join.RunAsync(run.Name, cancellationToken);
    }
}
