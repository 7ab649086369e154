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
        var apply = Flag.Switch("--apply", "keep the block on the VM; join then keeps it true");
        var remove = Flag.Switch("--remove", "take it off the VM");
        var privileged = Flag.Switch("--privileged-ports", "the proxy may listen on ports below 1024, as with join");
        foreach (var option in new Option[] { apply, remove, privileged }) command.Add(option);
        var flags = new VmJobFlags(command);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var request = flags.Read(parsed, errors);
            if (parsed.GetValue(apply) && parsed.GetValue(remove)) errors.Add("use either --apply or --remove but not both");
            request = request with
            {
                Mesh = request.Mesh with { Join = request.Mesh.Join with { PrivilegedPorts = parsed.GetValue(privileged) }, OnlyToReach = parsed.GetValue(remove) },
            };
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new HostsJob(parsed.GetValue(apply) ? HostsVerb.Apply : parsed.GetValue(remove) ? HostsVerb.Remove : HostsVerb.Print, request.Format, terminal);
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
