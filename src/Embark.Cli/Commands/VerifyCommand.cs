using System.CommandLine;
using Embark.Cli.Options;
using Embark.Cli.Output;

namespace Embark.Cli.Commands;

/// <summary><c>embark verify NAME</c>: is the VM in the mesh, both ways?</summary>
internal static class VerifyCommand
{
    public static Command Make(Terminal terminal, Interruption interruption)
    {
        var command = new Command("verify", "Prove that a VM is in the mesh, in both directions");
        var proof = new ProofFlags(command, optional: false);
        var flags = new VmJobFlags(command);

        command.SetAction(async (parsed, _) =>
        {
            List<string> errors = [];
            var request = flags.Read(parsed, errors);
            var options = proof.Read(parsed, errors)!;
            if (errors.Count > 0) throw UsageErrors.Exception(errors, parsed.CommandResult);
            await using var job = new VerifyJob(options);
            return await new Runner(request, terminal, interruption).RunAsync(job);
        });
        return command;
    }
}
