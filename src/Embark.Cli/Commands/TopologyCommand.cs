using System.CommandLine;
using System.Text.Json;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Telemetry;

namespace Embark.Cli.Commands;

/// <summary><c>embark topology</c>: who calls whom, how much, how well and how fast.</summary>
internal static class TopologyCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("topology", "Show who calls whom in the mesh, as its proxies tell the controller");
        var flags = new ControllerFlags(command);
        command.SetAction(async (parsed, _) =>
        {
            var question = flags.Read(parsed);
            var topology = await question.AskAsync(terminal, traffic => traffic.TopologyAsync(question.Window, interruption.Token));
            if (question.Format != OutputFormat.Table)
                StructuredOutput.Write(terminal.Out, question.Format, JsonSerializer.SerializeToNode(topology, TelemetryJson.Default.MeshTopology)!);
            else
                TrafficTable.Write(terminal, topology);
            return 0;
        });
        return command;
    }
}
