using System.CommandLine;
using Embark.Firewall;

namespace Embark.Cli.Options;

/// <summary>How firewall rules are printed: as data, or in the words of a firewall.</summary>
/// <param name="Data">Table, JSON or YAML; null for the words of a firewall.</param>
/// <param name="Syntax">Which firewall; null for data.</param>
internal readonly record struct FirewallFormat(OutputFormat? Data, FirewallSyntax? Syntax)
{
    public static Option<FirewallFormat?> Make() => Flag.Choice("--output", "how the rules are printed", new Dictionary<string, FirewallFormat>
    {
        ["table"] = new(OutputFormat.Table, null),
        ["json"] = new(OutputFormat.Json, null),
        ["yaml"] = new(OutputFormat.Yaml, null),
        ["nftables"] = new(null, FirewallSyntax.Nftables),
        ["ufw"] = new(null, FirewallSyntax.Ufw),
        ["firewalld"] = new(null, FirewallSyntax.Firewalld),
        ["gcloud"] = new(null, FirewallSyntax.Gcloud),
    }, "-o");
}
