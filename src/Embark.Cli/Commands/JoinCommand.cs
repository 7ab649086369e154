using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Planning;

namespace Embark.Cli.Commands;

/// <summary><c>embark join</c>, and under the name and flags of the original <c>embark x sidecar-bootstrap</c>.</summary>
internal static class JoinCommand
{
    public static Command Make(Terminal terminal, Interruption interruption) =>
        Make("join", "Bring a VM aboard the mesh", original: false, terminal, interruption);

    public static Command MakeOriginal(Terminal terminal, Interruption interruption) =>
        Make("sidecar-bootstrap", "The same as join, with the flags and output lines of the original tool", original: true, terminal, interruption);

    private static Command Make(string name, string description, bool original, Terminal terminal, Interruption interruption)
    {
        var command = new Command(name, description);
        var selection = new SelectionFlags(command);
        var destination = new DestinationFlags(command, letters: original);
        var plan = new PlanFlags(command, original);
        var proof = new ProofFlags(command, optional: !original);
        var cluster = new ClusterFlags(command);
        var mesh = new MeshFlags(command);
        var ssh = new SshFlags(command);
        var parallel = Flag.Number("--parallel", 1, 256, "VMs worked on at a time; 16 if not given");
        var format = OutputFlag.Make(letter: !original);
        var docs = Flag.Switch("--docs", "print the annotations that a WorkloadEntry may carry, and stop");
        foreach (var option in new Option[] { parallel, format, docs }) command.Add(option);

        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(docs)) return AnnotationDocs.Print(terminal);
            List<string> errors = [];
            var chosen = selection.Read(parsed, cluster.Namespace(parsed), errors);
            var reach = ssh.Read(parsed, Terminal.CanAsk, many: chosen.Name is null, errors);
            var target = destination.Read(parsed, errors);
            var options = plan.Read(parsed, errors);
            var local = target is Destination.Folder or Destination.Archive;
            if (original && local && options.StartProxy) terminal.Warning("--start-istio-proxy does nothing here: the start script is to be run on the VM");
            var request = new RunRequest
            {
                Selection = chosen,
                Destination = target,
                Cluster = cluster.Read(parsed),
                Mesh = reach.Over(mesh.Read(parsed, errors)) with
                {
                    Join = local ? options with { StartProxy = true } : options,
                    Directory = local ? Placeholder.Directory : null,
                },
                Ssh = reach,
                Parallel = parsed.GetValue(parallel) ?? Fleet.DefaultParallel,
                Format = parsed.GetValue(format),
            };
            var proved = proof.Read(parsed, errors);
            // As the original does: what is proved there is that the proxy stays up, but for --wait.
            if ((original && request.Mesh.WaitForGateway is null) || !request.Mesh.Join.StartProxy) proved = null;
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new JoinJob(request, proved, terminal);
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
