using System.CommandLine;

namespace Embark.Cli.Options;

/// <summary>Which VMs: one by name, or many by namespace and labels (sidecar-bootstrap 2.1 to 2.3).</summary>
internal sealed class SelectionFlags
{
    private readonly Command _command;
    private readonly bool _many;
    private readonly Argument<string[]> _names = new("workload-entry-name[.namespace]") { Arity = ArgumentArity.ZeroOrMore, Description = "WorkloadEntry that stands for the VM" };
    private readonly Option<bool> _all = Flag.Switch("--all", "every WorkloadEntry of the namespace", "-a");
    private readonly Option<string?> _selector = Flag.Text("--selector", "LABEL=VALUE", "every WorkloadEntry of the namespace with these labels", "-l");

    public SelectionFlags(Command command, bool many = true)
    {
        (_command, _many) = (command, many);
        command.Add(_names);
        if (!many) return;
        command.Add(_all);
        command.Add(_selector);
    }

    public Selection Read(ParseResult parsed, string? @namespace, List<string> errors)
    {
        var names = parsed.GetValue(_names) ?? [];
        var selector = parsed.GetValue(_selector);
        var many = parsed.GetValue(_all) || selector is not null;
        var wanted = $"{_command.Name} command requires {(_many ? "either " : "")}a <workload-entry-name>[.<namespace>] argument{(_many ? " or the --all flag" : "")}";
        if (names.Length == 0 && !many) errors.Add(wanted);
        if (names.Length > 0 && many) errors.Add(wanted + " but not both");
        if (names.Length > 1) errors.Add($"one name at a time, not {names.Length}: {string.Join(", ", names)}{(_many ? " (several VMs: --all, or -l LABEL=VALUE)" : "")}");
        if (names is [var name] && !Selection.IsName(name)) errors.Add(Selection.Refusal(name));
        return errors.Count > 0 ? new Selection() : Selection.Of(names.FirstOrDefault(), @namespace, selector);
    }
}
