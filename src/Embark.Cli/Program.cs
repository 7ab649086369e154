using System.CommandLine;
using System.CommandLine.Help;
using Embark.Cli;
using Embark.Cli.Commands;
using Embark.Cli.Expansion;
using Embark.Cli.Help;
using Embark.Cli.Options;
using Embark.Cli.Output;

var terminal = Terminal.Open();
terminal.Verbosity = VerbosityFlag.Count(args);
try
{
    if (args is ["sandbox", .. var rest]) SandboxCommand.Become(rest);

    using var interruption = new Interruption(terminal);
    var root = new Command("embark", "Brings virtual machines and bare-metal servers aboard an Istio mesh.");
    var original = new Command("x", "Commands under the names that users of the original tool know") { JoinCommand.MakeOriginal(terminal, interruption) };
    foreach (var command in new[]
    {
        JoinCommand.Make(terminal, interruption), VerifyCommand.Make(terminal, interruption), LeaveCommand.Make(terminal, interruption), HostsCommand.Make(terminal, interruption),
        PrepareCommand.Make(terminal, interruption), CheckCommand.Make(terminal, interruption), FirewallCommand.Make(terminal, interruption), NewCommand.Make(terminal, interruption), TrustCommand.Make(terminal, interruption), original,
        MeshExpansionCommand.Make(terminal, interruption), TopologyCommand.Make(terminal, interruption), MetricsCommand.Make(terminal, interruption), SandboxCommand.Make(),
        VersionCommand.Make(terminal), CompletionCommand.Make(terminal),
    })
        root.Add(command);
    // The original is also known without the x.
    var short_ = JoinCommand.MakeOriginal(terminal, interruption);
    short_.Hidden = true;
    root.Add(short_);
    root.Add(VerbosityFlag.Make());
    var help = new HelpOption("--help", "-h") { Recursive = true };
    help.Action = new HelpWithExamples((HelpAction)help.Action!, terminal, NameOfThisProgram());
    root.Add(help);

    if (args is [CompletionCommand.Ask, .. var words])
    {
        CompletionCommand.Answer(root, words, terminal);
        return 0;
    }

    var parsed = root.Parse(args.Length == 0 ? ["--help"] : args);
    if (parsed.Action is not HelpWithExamples && UsageErrors.Of(parsed) is { Count: > 0 } errors) throw UsageErrors.Exception(errors, parsed.CommandResult);
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = terminal.Out, Error = terminal.Error });
}
#pragma warning disable CA1031 // every failure has a class and a message
catch (Exception failure)
#pragma warning restore CA1031
{
    return Failures.Report(failure, terminal);
}

// Installed as kubectl-embark it is a kubectl plugin, and is called "kubectl embark" in its own help. The runtime resolves
// links in the names it gives; the kernel keeps the word we were called by.
static string NameOfThisProgram() =>
    Path.GetFileName(File.ReadAllText("/proc/self/cmdline").Split('\0')[0]).StartsWith("kubectl-", StringComparison.Ordinal) ? "kubectl embark" : "embark";
