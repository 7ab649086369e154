using System.Text;
using Embark.Planning;

namespace Embark.Firewall;

/// <summary>A way to write the rules down for a firewall.</summary>
public enum FirewallSyntax
{
    /// <summary>A file for <c>nft -f</c>, a table of its own.</summary>
    Nftables,

    /// <summary>Commands of ufw.</summary>
    Ufw,

    /// <summary>Commands of firewalld.</summary>
    Firewalld,

    /// <summary>Commands of Google Cloud, for the VM's network.</summary>
    Gcloud,
}

/// <summary>Writes rules down. Pure.</summary>
public static class FirewallText
{
    /// <summary>The rules in that syntax; comments say what they are for.</summary>
    public static string Of(FirewallRules rules, FirewallSyntax syntax)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return syntax switch
        {
            FirewallSyntax.Nftables => Nftables(rules),
            FirewallSyntax.Ufw => Lines(rules, "sudo ufw reload", Ufw),
            FirewallSyntax.Firewalld => Lines(rules, "sudo firewall-cmd --reload", Firewalld),
            _ => Lines(rules, null, Gcloud),
        };
    }

    private static string Nftables(FirewallRules rules)
    {
        var text = new StringBuilder($$"""
            #!/usr/sbin/nft -f
            # {{Title(rules)}}
            # An accept here does not overrule a drop of another table.
            table inet embark
            delete table inet embark
            table inet embark {
              chain input {
                type filter hook input priority filter; policy accept;
                iif "lo" accept
                ct state established,related accept

            """.ReplaceLineEndings("\n"));
        foreach (var rule in rules.Rules.Where(r => r.Direction == FlowDirection.ToVm)) Nft(text, rule, "saddr");
        text.Append("  }\n  chain output {\n    type filter hook output priority filter; policy accept;\n");
        foreach (var rule in rules.Rules.Where(r => r.Direction == FlowDirection.FromVm)) Nft(text, rule, "daddr");
        return text.Append("  }\n}\n").ToString();
    }

    private static void Nft(StringBuilder text, FirewallRule rule, string side)
    {
        var ports = rule.Ports.Count == 0 ? "meta l4proto tcp" : $"tcp dport {Set(rule.Ports.Select(p => p.ToText()))}";
        foreach (var family in rule.Networks.GroupBy(IsV6).OrderBy(g => g.Key))
            text.Append($"    {(family.Key ? "ip6" : "ip")} {side} {Set(family)} {ports} accept comment \"{Comment(rule)}\"\n");
        if (rule.Networks.Count == 0) text.Append($"    {ports} {(rule.Open ? "accept" : "drop")} comment \"{Comment(rule)}\"\n");
        // Who is not named stays out; the chain would let everybody in.
        else if (rule.Direction == FlowDirection.ToVm) text.Append($"    {ports} drop comment \"{Comment(rule)}: nobody else\"\n");
    }

    private static IEnumerable<string> Ufw(FirewallRules rules, FirewallRule rule) => Networks(rule).Select(network =>
    {
        var (verb, way) = (rule.Open ? "allow" : "deny", rule.Direction == FlowDirection.FromVm ? "out" : "in");
        var from = rule.Direction == FlowDirection.FromVm ? "any" : network ?? "any";
        var to = rule.Direction == FlowDirection.FromVm ? network ?? "any" : "any";
        var ports = rule.Ports.Count == 0 ? "" : $" port {string.Join(',', rule.Ports.Select(p => p.ToText()))}";
        return $"sudo ufw {verb} {way} proto tcp from {from} to {to}{ports} comment 'embark: {Comment(rule)}'";
    });

    private static IEnumerable<string> Firewalld(FirewallRules rules, FirewallRule rule)
    {
        // Its zones look at what comes in; what goes out is open unless a policy closes it.
        if (rule.Direction == FlowDirection.FromVm)
        {
            foreach (var network in Networks(rule)) yield return $"# going out, open unless a policy of yours closes it: {network ?? rule.Host ?? "any"} {(rule.Ports.Count == 0 ? "all TCP ports" : $"TCP {string.Join(',', rule.Ports.Select(p => p.ToText()))}")}";
            yield break;
        }
        foreach (var network in Networks(rule))
            foreach (var port in rule.Ports)
                foreach (var family in network is null ? ["ipv4", "ipv6"] : new[] { IsV6(network) ? "ipv6" : "ipv4" })
                    yield return $"sudo firewall-cmd --permanent --add-rich-rule='rule family=\"{family}\"{(network is null ? "" : $" source address=\"{network}\"")} port port=\"{port.ToText()}\" protocol=\"tcp\" {(rule.Open ? "accept" : "drop")}'";
    }

    private static IEnumerable<string> Gcloud(FirewallRules rules, FirewallRule rule)
    {
        var tag = $"{rules.Workload.Name}-{rules.Workload.Namespace}".Replace('.', '-');
        var name = $"embark-{tag}-{rule.Name}";
        var (way, peer) = rule.Direction == FlowDirection.FromVm ? ("EGRESS", "--destination-ranges") : ("INGRESS", "--source-ranges");
        var ranges = rule.Networks.Count > 0 ? string.Join(',', rule.Networks) : "0.0.0.0/0";
        var what = rule.Ports.Count == 0 ? "tcp" : string.Join(',', rule.Ports.Select(p => $"tcp:{p.ToText()}"));
        yield return $"gcloud compute firewall-rules create {name[..Math.Min(name.Length, 62)].TrimEnd('-')} --network=\"$NETWORK\" --direction={way} --action={(rule.Open ? "ALLOW" : "DENY")} "
            + $"--rules={what} {peer}={ranges} --target-tags={tag[..Math.Min(tag.Length, 62)].TrimEnd('-')} --priority={(rule.Open ? 900 : 910)} --description='{Comment(rule)}'";
    }

    private static string Lines(FirewallRules rules, string? last, Func<FirewallRules, FirewallRule, IEnumerable<string>> write)
    {
        var text = new StringBuilder($"# {Title(rules)}\n");
        foreach (var rule in rules.Rules)
        {
            text.Append($"# {Comment(rule)}{(rule.Host is { } host ? $" (at {host})" : "")}\n");
            foreach (var line in write(rules, rule)) text.Append(line).Append('\n');
        }
        return last is null ? text.ToString() : text.Append(last).Append('\n').ToString();
    }

    private static IEnumerable<string?> Networks(FirewallRule rule) => rule.Networks.Count == 0 ? [null] : [.. rule.Networks];

    private static string Title(FirewallRules rules) => $"VM {rules.Workload} at {rules.Address}, in {(rules.SameNetwork ? "the cluster's network" : "a network of its own")}";

    // Peers and purposes are our own words: nothing in them needs quoting.
    private static string Comment(FirewallRule rule) => rule.Direction == FlowDirection.FromVm ? $"to {rule.Peer}: {rule.Why}" : $"{(rule.Open ? "" : "closed to ")}{rule.Peer}: {rule.Why}".Replace("'", "", StringComparison.Ordinal);

    private static string Set(IEnumerable<string> items) => items.ToList() is [var one] ? one : $"{{ {string.Join(", ", items)} }}";

    private static bool IsV6(string network) => network.Contains(':', StringComparison.Ordinal);
}
