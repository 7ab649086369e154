using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Mesh;

namespace Embark.Cli.Commands;

/// <summary><c>embark leave NAME</c>.</summary>
internal static class LeaveCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("leave", "Take the proxy and our files off a VM, and nothing else");
        var selection = new SelectionFlags(command);
        var dryRun = Flag.Switch("--dry-run", "show every step; connect to no VM");
        var cluster = new ClusterFlags(command);
        var ssh = new SshFlags(command);
        var parallel = Flag.Number("--parallel", 1, 256, "VMs worked on at a time; 16 if not given");
        var format = OutputFlag.Make();
        foreach (var option in new Option[] { dryRun, parallel, format }) command.Add(option);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var chosen = selection.Read(parsed, cluster.Namespace(parsed), errors);
            var reach = ssh.Read(parsed, Terminal.CanAsk, many: chosen.Name is null, errors);
            var request = new RunRequest
            {
                Selection = chosen,
                Destination = parsed.GetValue(dryRun) ? new Destination.Print() : new Destination.Vm(),
                Cluster = cluster.Read(parsed),
                Mesh = reach.Over(new MeshReaderOptions { SshUser = Environment.UserName, OnlyToReach = true, Policy = PolicyFile.Load(null) }),
                Ssh = reach,
                Parallel = parsed.GetValue(parallel) ?? Fleet.DefaultParallel,
                Format = parsed.GetValue(format),
            };
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new LeaveJob(request);
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
