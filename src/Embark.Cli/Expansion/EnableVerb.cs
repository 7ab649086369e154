using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Expansion;
using Embark.Kubernetes;

namespace Embark.Cli.Expansion;

/// <summary><c>enable</c>: asks for mesh expansion in the ControlPlane, which it makes where there is none, and makes the gateway.</summary>
internal static class EnableVerb
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("enable", "Ask for the VM gateway in the ControlPlane, and make it");
        var flags = new ExpansionFlags(command);
        var dryRun = Flag.Switch("--dry-run", "say what would be done, and change nothing");
        var wait = Flag.Duration("--wait", "wait until VMs can join, at most this long");
        var telemetry = Flag.Switch("--apply-telemetry", "also change the mesh's configuration, so that sidecars send traces and access logs; without it the change is printed");
        foreach (var option in new Option[] { dryRun, wait, telemetry }) command.Add(option);
        command.SetAction(async (parsed, _) =>
        {
            using var connection = flags.Open(parsed, terminal);
            var dry = parsed.GetValue(dryRun);
            var job = new Enabling(connection.Client, flags.SystemNamespace(parsed), flags.Name(parsed), terminal);
            var (view, done) = await job.RunAsync(found => flags.Asking(parsed, found), dry, parsed.GetValue(wait), interruption.Token);
            var change = await job.TelemetryAsync(view, parsed.GetValue(telemetry) && !dry, interruption.Token);
            if (flags.Format(parsed) is { } format and not OutputFormat.Table)
                StructuredOutput.Write(terminal.Out, format, ExpansionReport.Of("MeshExpansionEnable", view, done, dry, change));
            else
                ExpansionTable.Write(terminal, view, change);
            return 0;
        });
        return command;
    }

    private sealed class Enabling(KubernetesClient client, string systemNamespace, string? name, Terminal terminal)
    {
        private readonly MeshExpansion _expansion = new(client);

        public async Task<(ExpansionView View, IReadOnlyList<string> Done)> RunAsync(Func<ControlPlane?, ControlPlane> asking, bool dry, TimeSpan? wait, CancellationToken cancellationToken)
        {
            var planes = new ControlPlanes(client, systemNamespace);
            var found = await planes.FindAsync(name, cancellationToken);
            var view = await _expansion.LookAsync(asking(found), cancellationToken);
            foreach (var warning in view.Warnings) terminal.Warning(warning.ToString());
            if (view.Problems.Count > 0) throw new InvalidInputException($"mesh expansion of {systemNamespace}", view.Problems);
            if (dry)
            {
                List<string> would = [.. found?.Asks == true ? Array.Empty<string>() : [found is null ? $"ControlPlane {view.Plane.Name}" : $"ControlPlane {found.Name}: spec.meshExpansion"], .. view.Objects.Where(o => !o.IsMade).Select(o => o.Manifest.Title)];
                foreach (var title in would) terminal.Error.WriteLine($"would apply {title}");
                return (view, would);
            }
            var (plane, done) = await planes.AskAsync(found, name, cancellationToken);
            view = await _expansion.ApplyAsync(await _expansion.LookAsync(plane, cancellationToken), cancellationToken);
            done = [.. done, .. view.Changed];
            foreach (var title in done) terminal.Error.WriteLine($"applied {title}");
            if (view.Problems.Count > 0) throw new InvalidInputException($"mesh expansion of {systemNamespace}", view.Problems);
            return (await ReadyAsync(view, wait ?? TimeSpan.Zero, cancellationToken), done);
        }

        public async Task<TelemetryReport> TelemetryAsync(ExpansionView view, bool apply, CancellationToken cancellationToken)
        {
            var mesh = new MeshTelemetry(client, view.Around);
            var change = apply ? await mesh.ApplyAsync(cancellationToken) : await mesh.LookAsync(cancellationToken);
            return new(mesh.ConfigMapName, change, apply);
        }

        private async Task<ExpansionView> ReadyAsync(ExpansionView view, TimeSpan patience, CancellationToken cancellationToken)
        {
            var until = TimeProvider.System.GetUtcNow() + patience;
            while (!view.IsReady && TimeProvider.System.GetUtcNow() < until)
            {
                await Task.Delay(LookAgain, cancellationToken);
                view = await _expansion.LookAsync(view.Plane, cancellationToken);
            }
            return view;
        }
    }
}
