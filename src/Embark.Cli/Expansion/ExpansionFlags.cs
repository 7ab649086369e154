using System.CommandLine;
using Embark.Cli.Commands;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Expansion;

namespace Embark.Cli.Expansion;

/// <summary>What all verbs of <c>mesh-expansion</c> are told: which cluster, which mesh, which ControlPlane, and how to print.</summary>
internal sealed class ExpansionFlags
{
    private readonly ClusterFlags _cluster;
    private readonly Option<string?> _system = Flag.Text("--istioNamespace", "NAMESPACE", "namespace of istiod; istio-system if not given", "-i");
    private readonly Option<string?> _plane = Flag.Text("--control-plane", "NAME", "the ControlPlane; else the only one of the namespace, or controlplane");
    private readonly Option<OutputFormat?> _format = OutputFlag.Make();

    public ExpansionFlags(Command command)
    {
        _cluster = new ClusterFlags(command, namespaced: false);
        foreach (var option in new Option[] { _system, _plane, _format }) command.Add(option);
    }

    public string SystemNamespace(ParseResult parsed) => parsed.GetValue(_system) ?? "istio-system";

    public string? Name(ParseResult parsed) => parsed.GetValue(_plane);

    public OutputFormat? Format(ParseResult parsed) => parsed.GetValue(_format);

    public ClusterConnection Open(ParseResult parsed, Terminal terminal) => ClusterConnection.Open(_cluster.Read(parsed), terminal);

    /// <summary>A ControlPlane as it would be if it asked for the gateway.</summary>
    public ControlPlane Asking(ParseResult parsed, ControlPlane? found) => found?.Asks == true ? found
        : new(found?.Metadata ?? new() { Name = Name(parsed) ?? ControlPlane.UsualName, Namespace = SystemNamespace(parsed) }, new() { ["meshExpansion"] = new System.Text.Json.Nodes.JsonObject() }, null);
}
