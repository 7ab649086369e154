using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary><c>embark check NAME</c>: could this VM join?</summary>
internal static class CheckCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("check", "Say whether a VM could join, and what would be done; change nothing");
        var plan = new PlanFlags(command, original: false);
        var flags = new VmJobFlags(command);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var request = flags.Read(parsed, errors);
            request = request with { Mesh = request.Mesh with { Join = plan.Read(parsed, errors) } };
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new CheckJob();
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
