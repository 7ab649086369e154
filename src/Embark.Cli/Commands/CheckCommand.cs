using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary><c>embark check NAME</c>: could this VM join?</summary>
internal static class CheckCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("check", "Say whether a VM could join, and what would be done; change nothing");
        var selection = new SelectionFlags(command);
        var plan = new PlanFlags(command, original: false);
        var cluster = new ClusterFlags(command);
        var mesh = new MeshFlags(command);
        var ssh = new SshFlags(command);
        var parallel = Flag.Number("--parallel", 1, 256, "VMs worked on at a time; 16 if not given");
        var format = OutputFlag.Make();
        foreach (var option in new Option[] { parallel, format }) command.Add(option);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var chosen = selection.Read(parsed, cluster.Namespace(parsed), errors);
            var reach = ssh.Read(parsed, Terminal.CanAsk, many: chosen.Name is null, errors);
            var request = new RunRequest
            {
                Selection = chosen,
                Destination = new Destination.Vm(),
                Cluster = cluster.Read(parsed),
                Mesh = reach.Over(mesh.Read(parsed, errors)) with { Join = plan.Read(parsed, errors) },
                Ssh = reach,
                Parallel = parsed.GetValue(parallel) ?? Fleet.DefaultParallel,
                Format = parsed.GetValue(format),
            };
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new CheckJob();
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
