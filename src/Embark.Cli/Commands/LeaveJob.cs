using Embark.Cli.Options;
using Embark.Delivery;

namespace Embark.Cli.Commands;

/// <summary>Wires a leave to where its plan goes.</summary>
internal sealed class LeaveJob(RunRequest request) : IVmJob
{
    public string Name => "Leave";

    public async Task<Done> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        var entry = await run.EntryAsync(cancellationToken);
        if (request.Destination is Destination.Print) return await new Leave(new NoVm(), new PrintSink(run.Output)).RunAsync(entry, cluster: null, cancellationToken);
        var cluster = await run.Reader.ClusterIdAsync(cancellationToken);
        var (vm, sink) = run.OverSsh(VmPurpose.Leave);
        await using (vm)
            return await new Leave(vm, sink).RunAsync(entry, cluster, cancellationToken);
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
