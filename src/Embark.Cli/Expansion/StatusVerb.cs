using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Expansion;

namespace Embark.Cli.Expansion;

/// <summary><c>status</c>: is there a VM gateway, where, and what is missing?</summary>
internal static class StatusVerb
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("status", "Say whether VMs can join, through which address, and what is missing");
        var flags = new ExpansionFlags(command);
        command.SetAction(async (parsed, _) =>
        {
            using var connection = flags.Open(parsed, terminal);
            var found = await new ControlPlanes(connection.Client, flags.SystemNamespace(parsed)).FindAsync(flags.Name(parsed), interruption.Token);
            var view = await new MeshExpansion(connection.Client).LookAsync(found ?? flags.Asking(parsed, null) with { Spec = null }, interruption.Token);
            var mesh = new MeshTelemetry(connection.Client, view.Around);
            var telemetry = new TelemetryReport(mesh.ConfigMapName, await mesh.LookAsync(interruption.Token), Applied: false);
            if (flags.Format(parsed) is { } format and not OutputFormat.Table)
                StructuredOutput.Write(terminal.Out, format, ExpansionReport.Of("MeshExpansionStatus", view, [], dryRun: false, telemetry));
            else
                ExpansionTable.Write(terminal, view, telemetry);
            return 0;
        });
        return command;
    }
}
