using Embark.Cli.Output;
using Embark.Expansion;

namespace Embark.Cli.Expansion;

/// <summary>Mesh expansion for people.</summary>
internal static class ExpansionTable
{
    public static void Write(Terminal terminal, ExpansionView view, TelemetryReport telemetry)
    {
        var output = terminal.Out;
        output.WriteLine($"ControlPlane   {view.Plane.Name}{(view.Plane.Metadata.Uid is null ? " (does not exist)" : "")}");
        output.WriteLine($"Enabled        {(view.Plane is { Asks: true, Metadata.Uid: not null } ? "yes" : "no")}");
        if (view.Plane.Asks)
        {
            output.WriteLine($"Ready          {(view.IsReady ? "yes" : "no")}");
            output.WriteLine($"Address        {view.Address ?? "none"}");
            output.WriteLine($"Ports          {string.Join(", ", GatewayPort.All.Select(port => $"{port.Number} ({port.Purpose})"))}");
            output.WriteLine($"Network        {view.Around.Network}");
        }
        foreach (var one in view.Objects) output.WriteLine($"  {ExpansionReport.State(one),-13}{one.Manifest.Title}");
        foreach (var problem in view.Problems) output.WriteLine($"refused: {problem}");
        foreach (var problem in view.Missing) output.WriteLine($"missing: {problem}");
        if (view.Plane.Asks) Telemetry(terminal, telemetry);
    }

    private static void Telemetry(Terminal terminal, TelemetryReport report)
    {
        if (report.Change is not { } change) return;
        foreach (var problem in change.Problems) terminal.Warning($"telemetry: ConfigMap {report.ConfigMap} {problem}");
        if (change.Problems.Count > 0) return;
        if (change.Fields.Count == 0) terminal.Out.WriteLine("Telemetry      sidecars send traces and access logs");
        else if (report.Applied) terminal.Out.WriteLine($"Telemetry      ConfigMap {report.ConfigMap} changed; a proxy sends once it is started anew: kubectl rollout restart in the cluster, embark join for a VM");
        else
        {
            terminal.Error.WriteLine($"Sidecars send no traces and access logs yet. In ConfigMap {report.ConfigMap}, key mesh (meshConfig of the Helm chart), or with --apply-telemetry:");
            foreach (var field in change.Fields) terminal.Error.WriteLine($"    {field}");
        }
    }
}
