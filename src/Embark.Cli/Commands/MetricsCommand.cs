using System.CommandLine;
using System.Text.Json;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Telemetry;

namespace Embark.Cli.Commands;

/// <summary><c>embark metrics NAME</c>: figures of one service, by workload, by caller and by whom it calls.</summary>
internal static class MetricsCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("metrics", "Show the figures of a service, as proxies tell the controller");
        var name = new Argument<string?>("service[.namespace]") { Arity = ArgumentArity.ZeroOrOne, Description = "the service; its part on VMs has @vm behind it, which may be left out where there is no other" };
        command.Add(name);
        var flags = new ControllerFlags(command);
        command.SetAction(async (parsed, _) =>
        {
            var service = parsed.GetValue(name) ?? "";
            var question = flags.Read(parsed, service.Length == 0 ? ["metrics command requires a <service>[.<namespace>] argument"] : []);
            var (topology, metrics) = await question.AskAsync(terminal, async traffic =>
            {
                var seen = await traffic.TopologyAsync(question.Window, interruption.Token);
                return (seen, await traffic.MetricsAsync(Find(seen, service).Id, question.Window, interruption.Token));
            });
            if (question.Format != OutputFormat.Table)
                StructuredOutput.Write(terminal.Out, question.Format, JsonSerializer.SerializeToNode(metrics, TelemetryJson.Default.ServiceMetrics)!);
            else
                TrafficTable.Write(terminal, metrics, topology);
            return 0;
        });
        return command;
    }

    private static TopologyService Find(MeshTopology topology, string name)
    {
        if (topology.Services.FirstOrDefault(service => service.Id == name) is { } exact) return exact;
        var there = topology.Services.Where(service => name == service.App || name == $"{service.App}.{service.Namespace}").ToList();
        return there switch
        {
            [var one] => one,
            [] when topology.Services.Count == 0 => throw new EmbarkException(FailureClass.BadInput, $"no service called or was called in the last {topology.Seconds:0} s", TrafficTable.HowToSend),
            [] => throw new EmbarkException(FailureClass.BadInput, $"no service {name} called or was called in the last {topology.Seconds:0} s", $"one of {Ids(topology.Services)}; or look further back with --since"),
            _ => throw new EmbarkException(FailureClass.BadInput, $"{name} may be one of several", $"say which: {Ids(there)}"),
        };
    }

    private static string Ids(IEnumerable<TopologyService> services) => string.Join(", ", services.Select(service => service.Id).Take(50));
}
