using System.CommandLine;
using System.Net;
using Embark.Checks;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Delivery;
using Embark.Firewall;
using Embark.Mesh;

namespace Embark.Cli.Commands;

/// <summary><c>embark firewall NAME</c>: which paths a VM needs, and whether they are open.</summary>
internal static class FirewallCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("firewall", "Print the firewall rules of a VM, or try them");
        var selection = new SelectionFlags(command, many: false);
        var meshNetworks = Networks("--mesh", "where the mesh calls from: networks of pods, or addresses that the cluster shows outside");
        var operators = Networks("--operator", "where operators come from");
        var verify = Flag.Switch("--verify", "try each path, from the VM and from here");
        var cluster = new ClusterFlags(command);
        var mesh = new MeshFlags(command);
        var ssh = new SshFlags(command);
        var format = FirewallFormat.Make();
        foreach (var option in new Option[] { meshNetworks, operators, verify, format }) command.Add(option);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var chosen = selection.Read(parsed, cluster.Namespace(parsed), errors);
            var reach = ssh.Read(parsed, Terminal.CanAsk, many: false, errors);
            var options = reach.Over(mesh.Read(parsed, errors));
            var shape = parsed.GetValue(format) ?? new(OutputFormat.Table, null);
            if (parsed.GetValue(verify) && shape.Data is null) errors.Add("--verify prints a table, json or yaml");
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);

            using var connection = ClusterConnection.Open(cluster.Read(parsed), terminal);
            var reader = new MeshReader(connection.Client, options);
            var name = await chosen.NameAsync(reader, connection.Namespace, terminal, interruption.Token);
            var settings = reader.ReadAsync(name.Namespace, interruption.Token);
            var workload = await reader.FindWorkloadAsync(name, interruption.Token);
            var rules = FirewallPlanner.For(await settings, workload, new() { Mesh = parsed.GetValue(meshNetworks) ?? [], Operators = parsed.GetValue(operators) ?? [] });
            foreach (var warning in rules.Warnings) terminal.Warning(warning.ToString());
            if (parsed.GetValue(verify)) return await TryAsync(workload, rules, reach, shape.Data ?? OutputFormat.Table, terminal, interruption);
            if (shape.Syntax is { } syntax) terminal.Out.Write(FirewallText.Of(rules, syntax));
            else FirewallTable.Write(terminal.Out, shape.Data ?? OutputFormat.Table, rules, null);
            return 0;
        });
        return command;
    }

    private static async Task<int> TryAsync(WorkloadEntry workload, FirewallRules rules, SshRequest reach, OutputFormat format, Terminal terminal, Interruption interruption)
    {
        var options = reach.ToOptions(Terminal.CanAsk ? (key, token) => HostKeyQuestion.AskAsync(key, terminal, token) : null);
        await using var vm = new VmOverSsh(options, new Transcript(TextWriter.Null, dryRun: false), TimeProvider.System) { Purpose = VmPurpose.Look, Forced = interruption.Forced };
        var checks = await new FirewallTrial(vm, options).RunAsync(workload, rules, interruption.Token);
        FirewallTable.Write(terminal.Out, format, rules, checks);
        var missing = checks.Count(check => check.Outcome == CheckOutcome.Failed);
        if (missing == 0) return 0;
        return Failures.Report(new EmbarkException(FailureClass.VmNotReady, $"VM {workload.Name}: {missing} of {checks.Count} paths are not open", "see the fix of each"), terminal);
    }

    private static Option<string[]?> Networks(string name, string description) => new(name)
    {
        Description = $"{description}; ADDRESS/PREFIX, several with commas; any if not given",
        HelpName = "NETWORK[,…]",
        CustomParser = result =>
        {
            var texts = result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToArray();
            foreach (var text in texts.Where(text => !IPNetwork.TryParse(text, out _)))
                result.AddError($"invalid argument \"{text}\" for \"{name}\" flag: want ADDRESS/PREFIX, such as 10.4.0.0/14, its host bits zero");
            return texts;
        },
    };
}
