using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary><c>embark hosts NAME</c>: the names of the mesh for a VM's <c>/etc/hosts</c>.</summary>
internal static class HostsCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("hosts", "Let a VM call the mesh's services by name: a block of its /etc/hosts");
        var selection = new SelectionFlags(command);
        var apply = Flag.Switch("--apply", "keep the block on the VM; join then keeps it true");
        var remove = Flag.Switch("--remove", "take it off the VM");
        var privileged = Flag.Switch("--privileged-ports", "the proxy may listen on ports below 1024, as with join");
        var cluster = new ClusterFlags(command);
        var mesh = new MeshFlags(command);
        var ssh = new SshFlags(command);
        var parallel = Flag.Number("--parallel", 1, 256, "VMs worked on at a time; 16 if not given");
        var format = OutputFlag.Make();
        foreach (var option in new Option[] { apply, remove, privileged, parallel, format }) command.Add(option);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var chosen = selection.Read(parsed, cluster.Namespace(parsed), errors);
            var reach = ssh.Read(parsed, Terminal.CanAsk, many: chosen.Name is null, errors);
            if (parsed.GetValue(apply) && parsed.GetValue(remove)) errors.Add("use either --apply or --remove but not both");
            var settings = reach.Over(mesh.Read(parsed, errors));
            var request = new RunRequest
            {
                Selection = chosen,
                Destination = new Destination.Vm(),
                Cluster = cluster.Read(parsed),
                Mesh = settings with { Join = settings.Join with { PrivilegedPorts = parsed.GetValue(privileged) }, OnlyToReach = parsed.GetValue(remove) },
                Ssh = reach,
                Parallel = parsed.GetValue(parallel) ?? Fleet.DefaultParallel,
                Format = parsed.GetValue(format),
            };
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new HostsJob(parsed.GetValue(apply) ? HostsVerb.Apply : parsed.GetValue(remove) ? HostsVerb.Remove : HostsVerb.Print, request.Format, terminal);
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
