using System.CommandLine;
using System.Text.Json.Nodes;
using Embark.Cli.Options;
using Embark.Cli.Output;
using Embark.Delivery;
using Embark.Ssh;

namespace Embark.Cli.Commands;

/// <summary><c>embark prepare USER@HOST</c>: makes a machine ready for a proxy.</summary>
internal static class PrepareCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("prepare", "Make a machine ready: Docker, an account with your key, a directory, the right to keep names");
        var machine = new Argument<string?>("user@host[:port]") { Arity = ArgumentArity.ZeroOrOne, Description = "machine, and root or somebody who may use sudo there" };
        var user = Flag.Text("--user", "NAME", "account of the proxy; istio-proxy if not given");
        var directory = Flag.Text("--config-dir", "DIR", "directory of the proxy; /etc/istio-proxy if not given");
        var key = Flag.Text("--public-key", "FILE", "key that may log in as that account; else the one ssh would use");
        var yes = Flag.Switch("--yes", "change what is missing without asking");
        var print = Flag.Switch("--print", "print the script that root would run there, and stop");
        command.Add(machine);
        var ssh = new SshFlags(command);
        var format = OutputFlag.Make();
        foreach (var option in new Option[] { user, directory, key, yes, print, format }) command.Add(option);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var reach = ssh.Read(parsed, Terminal.CanAsk, many: false, errors);
            var target = MachineName.Read(parsed.GetValue(machine), reach, parsed.GetValue(print), errors);
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            var options = reach.ToOptions(Terminal.CanAsk ? (hostKey, token) => HostKeyQuestion.AskAsync(hostKey, terminal, token) : null);
            var account = parsed.GetValue(user) ?? "istio-proxy";
            var publicKey = parsed.GetValue(key) is { } file ? await File.ReadAllTextAsync(file, interruption.Token)
                : target is null ? null : await UserKey.FindAsync(target with { User = account }, options, interruption.Token);
            var wanted = Preparation.Of(account, parsed.GetValue(directory) ?? "/etc/istio-proxy", publicKey);
            if (parsed.GetValue(print))
            {
                terminal.Out.Write(PreparationScript.Of(wanted));
                return 0;
            }
            if (publicKey is null) terminal.Warning("no public key of yours was found: name one with --public-key, or see to the login yourself");
            return await RunAsync(target!, wanted, options, parsed.GetValue(yes), parsed.GetValue(format), terminal, interruption.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(SshTarget target, Preparation wanted, SshOptions options, bool yes, OutputFormat? format, Terminal terminal, CancellationToken cancellationToken)
    {
        var report = await new Prepare(options, new Transcript(terminal.Error, dryRun: false)).RunAsync(target, wanted, async missing =>
        {
            terminal.Error.WriteLine("to change:");
            foreach (var change in missing.Changes) terminal.Error.WriteLine($"  - {change}");
            return yes || (Terminal.CanAsk && await new Questions(terminal, cancellationToken).ConfirmAsync($"Change this on {target.Host}?"));
        }, cancellationToken);
        foreach (var note in report.Notes) terminal.Error.WriteLine($"note: {note}");
        if (format is { } data and not OutputFormat.Table) StructuredOutput.Write(terminal.Out, data, Data(target, report));
        if (report is { Done: false, Changes.Count: > 0 })
            throw new EmbarkException(FailureClass.VmNotReady, $"{target}: nothing was changed; {report.Changes.Count} things are missing", "run it again with --yes");
        terminal.Error.WriteLine(report.Changes.Count == 0 ? $"{target.Host} is ready, nothing to change" : $"{target.Host} is ready: log in as {wanted.User}, directory {wanted.Directory}");
        return 0;
    }

    private static JsonObject Data(SshTarget target, PreparationReport report) => new()
    {
        ["apiVersion"] = "embark/v1",
        ["kind"] = "Prepare",
        ["target"] = target.ToString(),
        ["changed"] = report.Done,
        ["changes"] = new JsonArray([.. report.Changes.Select(change => JsonValue.Create(change))]),
        ["notes"] = new JsonArray([.. report.Notes.Select(note => JsonValue.Create(note))]),
    };
}
