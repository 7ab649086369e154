using System.Collections.Concurrent;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Delivery;

namespace Embark.Cli.Commands;

/// <summary>What is done with the block.</summary>
internal enum HostsVerb
{
    Print,
    Apply,
    Remove,
}

/// <summary>Wires the names of the mesh to the VM, or to the terminal.</summary>
internal sealed class HostsJob(HostsVerb verb, OutputFormat? format, Terminal terminal) : IVmJob
{
    private readonly ConcurrentDictionary<string, string> _blocks = new(StringComparer.Ordinal);

    public string Name => "Hosts";

    public async Task<Done> RunAsync(VmRun run, CancellationToken cancellationToken)
    {
        var naming = new NameMesh(run.Reader);
        if (verb == HostsVerb.Remove) return await KeepAsync(await run.EntryAsync(cancellationToken), null);

        var (workload, names) = await naming.ReadAsync(run.Reading, run.Name, cancellationToken);
        var block = NameMesh.BlockOf(workload, names);
        if (verb == HostsVerb.Print)
        {
            foreach (var warning in names.Warnings) terminal.Warning(warning.ToString());
            _blocks[run.Name.ToString()] = block;
            return new Done(null) { Hosts = names.Lines };
        }
        try
        {
            return await KeepAsync(workload, names) with { Hosts = names.Lines };
        }
        catch (EmbarkException failure) when (failure.Failure == FailureClass.VmNotReady)
        {
            // Whoever may write the file can do it by hand.
            _blocks[run.Name.ToString()] = block;
            throw;
        }

        async Task<Done> KeepAsync(Mesh.WorkloadEntry entry, Mesh.MeshNames? wanted)
        {
            var (vm, sink) = run.OverSsh(VmPurpose.Names);
            await using (vm)
                return await NameMesh.KeepAsync(entry, wanted, vm, sink, cancellationToken);
        }
    }

    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (format is null)
            foreach (var (_, block) in _blocks.OrderBy(pair => pair.Key, StringComparer.Ordinal)) terminal.Out.Write(block);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
