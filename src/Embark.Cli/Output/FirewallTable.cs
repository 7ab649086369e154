using System.Text.Json.Nodes;
using Embark.Checks;
using Embark.Cli.Options;
using Embark.Firewall;

namespace Embark.Cli.Output;

/// <summary>Firewall rules, and what trying them showed, for people and for scripts.</summary>
internal static class FirewallTable
{
    /// <param name="output">Standard output.</param>
    /// <param name="format">Table, JSON or YAML.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="checks">What trying them showed; null when they were not tried.</param>
    public static void Write(TextWriter output, OutputFormat format, FirewallRules rules, IReadOnlyList<CheckResult>? checks)
    {
        if (format != OutputFormat.Table) StructuredOutput.Write(output, format, Data(rules, checks));
        else if (checks is not null) ProofTable.Write(output, checks);
        else Table(output, rules);
    }

    private static void Table(TextWriter output, FirewallRules rules)
    {
        string[][] rows = [["ACTION", "FROM", "TO", "TCP PORT", "WHY"], .. rules.Rules.Select(rule =>
        {
            var (vm, peer) = ($"VM {rules.Address}", $"{rule.Peer}{(rule.Host ?? string.Join(',', rule.Networks)) switch { "" => "", var where => $" {where}" }}");
            return new[] { rule.Open ? "open" : "closed", rule.Direction == FlowDirection.FromVm ? vm : peer, rule.Direction == FlowDirection.FromVm ? peer : vm, Ports(rule), rule.Why };
        })];
        var widths = Enumerable.Range(0, 4).Select(column => rows.Max(row => row[column].Length) + 3).ToArray();
        foreach (var row in rows) output.WriteLine(string.Concat(Enumerable.Range(0, 4).Select(column => row[column].PadRight(widths[column]))) + row[4]);
    }

    private static string Ports(FirewallRule rule) => rule.Ports.Count == 0 ? "all" : string.Join(',', rule.Ports);

    private static JsonObject Data(FirewallRules rules, IReadOnlyList<CheckResult>? checks)
    {
        var data = new JsonObject
        {
            ["apiVersion"] = "embark/v1",
            ["kind"] = "Firewall",
            ["namespace"] = rules.Workload.Namespace,
            ["name"] = rules.Workload.Name,
            ["address"] = rules.Address,
            ["sameNetwork"] = rules.SameNetwork,
            ["rules"] = new JsonArray([.. rules.Rules.Select(rule => new JsonObject
            {
                ["name"] = rule.Name,
                ["action"] = rule.Open ? "open" : "closed",
                ["direction"] = rule.Direction == FlowDirection.FromVm ? "fromVm" : "toVm",
                ["peer"] = rule.Peer,
                ["networks"] = new JsonArray([.. rule.Networks.Select(network => JsonValue.Create(network))]),
                ["host"] = rule.Host,
                ["protocol"] = "tcp",
                ["ports"] = new JsonArray([.. rule.Ports.Select(port => JsonValue.Create(port))]),
                ["why"] = rule.Why,
            })]),
        };
        if (checks is not null) data["checks"] = new JsonArray([.. checks.Select(ProofTable.Data)]);
        return data;
    }
}
