using System.CommandLine;
using System.Text.Json.Nodes;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Expansion;

namespace Embark.Cli.Expansion;

/// <summary><c>manifests</c>: what would be applied, for <c>kubectl apply -f -</c> or a repository.</summary>
internal static class ManifestsVerb
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("manifests", "Print what would be applied, ready for kubectl apply -f -");
        var flags = new ExpansionFlags(command);
        command.SetAction(async (parsed, _) =>
        {
            using var connection = flags.Open(parsed, terminal);
            var found = await new ControlPlanes(connection.Client, flags.SystemNamespace(parsed)).FindAsync(flags.Name(parsed), interruption.Token);
            // Without an owner: what is applied by hand goes by hand.
            var asking = flags.Asking(parsed, found);
            var view = await new MeshExpansion(connection.Client).LookAsync(asking with { Metadata = asking.Metadata with { Uid = null } }, interruption.Token);
            foreach (var problem in view.Problems.Concat(view.Warnings)) terminal.Warning(problem.ToString());
            if (flags.Format(parsed) is OutputFormat.Json)
                StructuredOutput.Write(terminal.Out, OutputFormat.Json, new JsonObject
                {
                    ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. view.Objects.Select(o => o.Manifest.Value.DeepClone())]),
                });
            else
                foreach (var wanted in view.Objects)
                {
                    terminal.Out.WriteLine("---");
                    StructuredOutput.Write(terminal.Out, OutputFormat.Yaml, wanted.Manifest.Value);
                }
            return 0;
        });
        return command;
    }
}
