using System.CommandLine;
using System.Text.Json.Nodes;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Expansion;

namespace Embark.Cli.Expansion;

/// <summary><c>disable</c>: takes the request back and removes what was made for it; foreign objects stay.</summary>
internal static class DisableVerb
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("disable", "Take the request back, and remove the VM gateway and nothing else");
        var flags = new ExpansionFlags(command);
        var dryRun = Flag.Switch("--dry-run", "say what would be removed, and change nothing");
        command.Add(dryRun);
        command.SetAction(async (parsed, _) =>
        {
            using var connection = flags.Open(parsed, terminal);
            var system = flags.SystemNamespace(parsed);
            var (planes, expansion, dry) = (new ControlPlanes(connection.Client, system), new MeshExpansion(connection.Client), parsed.GetValue(dryRun));
            var plane = await planes.FindAsync(flags.Name(parsed), interruption.Token);
            List<string> removed = [];
            if (dry)
            {
                if (plane?.Asks == true) removed.Add($"ControlPlane {plane.Name}: spec.meshExpansion");
                var view = await expansion.LookAsync((plane ?? flags.Asking(parsed, null)) with { Spec = null }, interruption.Token);
                removed.AddRange(view.Objects.Where(o => o.IsMade).Select(o => o.Manifest.Title));
            }
            else
            {
                // The request first: a controller would make again what is removed while it stands.
                if (plane is not null && await planes.StopAskingAsync(plane, interruption.Token) is { } stopped) removed.Add(stopped);
                removed.AddRange(await expansion.RemoveAsync(system, plane?.Metadata.Uid, strictly: false, interruption.Token));
            }
            foreach (var title in removed) terminal.Error.WriteLine($"{(dry ? "would remove" : "removed")} {title}");
            if (removed.Count == 0) terminal.Error.WriteLine("nothing to remove");
            if (flags.Format(parsed) is { } format and not OutputFormat.Table)
                StructuredOutput.Write(terminal.Out, format, new JsonObject
                {
                    ["apiVersion"] = "embark/v1", ["kind"] = "MeshExpansionDisable", ["dryRun"] = dry, ["removed"] = new JsonArray([.. removed.Select(title => JsonValue.Create(title))]),
                });
            return 0;
        });
        return command;
    }
}
