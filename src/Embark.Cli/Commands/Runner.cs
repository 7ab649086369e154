using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Mesh;

namespace Embark.Cli.Commands;

/// <summary>Runs a job for the VM or the VMs that were asked for, and tells how it ended.</summary>
internal sealed class Runner(RunRequest request, Terminal terminal, Interruption interruption)
{
    public async Task<int> RunAsync(IVmJob job)
    {
        using var cluster = ClusterConnection.Open(request.Cluster, terminal);
        var reader = new MeshReader(cluster.Client, request.Mesh);
        var single = request.Selection.Name is not null;
        var runs = await RunsAsync(cluster, reader, single);
        if (runs.Count == 0)
        {
            terminal.Error.WriteLine("There are no WorkloadEntry(s) to bootstrap");
            return 0;
        }

        var transcripts = new OrderedTranscripts(terminal.Error, runs.Count);
        var outcomes = await Fleet.RunAsync([.. runs.Select(run => run.Name)], request.Parallel, async (at, cancellationToken) =>
        {
            using var limit = new RunLimit(request.Ssh.RunTimeout, cancellationToken, interruption.Forced);
            try
            {
                return await limit.RunAsync(runs[at].Name, () => job.RunAsync(runs[at] with { Output = transcripts.For(at), Forced = limit.Forced }, limit.Token));
            }
            finally
            {
                transcripts.End(at);
            }
        }, interruption.Token);
        ClockWarning.Tell(cluster.Client.ClockSkew, terminal);
        if (!interruption.Token.IsCancellationRequested) await job.CompleteAsync(interruption.Token);
        return single ? Summary.One(job.Name, outcomes[0], request.Format, terminal) : Summary.Many(job.Name, outcomes, request.Format, terminal);
    }

    private async Task<IReadOnlyList<VmRun>> RunsAsync(ClusterConnection cluster, MeshReader reader, bool single)
    {
        var run = new VmRun(default)
        {
            Cluster = cluster.Client,
            Reader = reader,
            Output = TextWriter.Null,
            Forced = interruption.Forced,
            Ssh = request.Ssh.ToOptions(single && Terminal.CanAsk ? (key, token) => HostKeyQuestion.AskAsync(key, terminal, token) : null) with { Trace = terminal.Trace("ssh", VerbosityFlag.Ssh) },
        };
        if (single) return [run with { Name = await request.Selection.NameAsync(reader, cluster.Namespace, terminal, interruption.Token) }];

        var @namespace = request.Selection.Namespace ?? cluster.Namespace;
        var readings = SameVm.Refuse(await reader.FindWorkloadsAsync(@namespace, request.Selection.LabelSelector, interruption.Token));
        var mesh = new Lazy<Task<MeshSettings>>(() => reader.ReadAsync(@namespace, interruption.Token));
        return [.. readings.Select(reading => run with { Name = reading.Name, Reading = reading, Mesh = mesh })];
    }
}
