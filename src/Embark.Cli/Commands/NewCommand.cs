using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Cli.Commands;

/// <summary><c>embark new NAME.NAMESPACE</c>: the first objects of a VM, for <c>kubectl apply -f -</c>.</summary>
internal static class NewCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("new", "Write the WorkloadEntry, ServiceAccount and Sidecar of a new VM, for kubectl apply -f -");
        var selection = new SelectionFlags(command, many: false);
        var @namespace = Flag.Text("--namespace", "NAMESPACE", "namespace, where the name has none", "-n");
        command.Add(@namespace);
        var flags = new NewVmFlags(command);
        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var chosen = selection.Read(parsed, parsed.GetValue(@namespace), errors);
            if (chosen is { Name: not null, Namespace: null }) errors.Add("the namespace is missing: write NAME.NAMESPACE, or use -n");
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            var name = new NamespacedName(chosen.Namespace!, chosen.Name!);
            var questions = new Questions(terminal, interruption.Token);
            var vm = await flags.ReadAsync(parsed, name, Terminal.CanAsk ? questions : null, errors);
            if (errors.Count > 0) throw UsageErrors.Exception([.. errors, .. FirstObjects.Problems(vm).Select(UsageErrors.Line)], parsed.CommandResult);
            terminal.Out.Write(FirstObjects.Of(vm));
            return 0;
        });
        return command;
    }
}
