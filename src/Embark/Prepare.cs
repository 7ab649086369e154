using System.Text;
using Embark.Delivery;
using Embark.Ssh;

namespace Embark;

/// <summary>Makes a machine ready for a proxy: Docker, an account with a key, a directory, the right to keep names. A second run changes nothing.</summary>
/// <param name="options">How ssh is called.</param>
/// <param name="transcript">Told when it connects and closes.</param>
public sealed class Prepare(SshOptions options, Transcript transcript)
{
    private const int NoRoot = 50;

    /// <summary>Looking is quick; packages come over the network.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMinutes(1), Change = TimeSpan.FromMinutes(20);

    /// <summary>Looks what is missing, asks, and changes it.</summary>
    /// <param name="machine">Where to log in: as root, or as somebody who may use sudo without a password.</param>
    /// <param name="wanted">How it shall be.</param>
    /// <param name="confirm">Asked once, when there is something to change.</param>
    /// <param name="cancellationToken">Ends it between looking and changing.</param>
    /// <exception cref="EmbarkException"><see cref="FailureClass.VmNotReady"/>: no root, or something that is not changed for anybody.</exception>
    public async Task<PreparationReport> RunAsync(SshTarget machine, Preparation wanted, Func<PreparationReport, Task<bool>> confirm, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(confirm);
        transcript.Connecting(machine);
        await using var session = await SshSession.OpenAsync(machine, options, cancellationToken);
        var script = PreparationScript.Of(wanted);
        var missing = await RunAsync(session, script, "check", cancellationToken);
        var report = missing.Changes.Count > 0 && await confirm(missing) ? await RunAsync(session, script, "apply", cancellationToken) : missing;
        transcript.Closing();
        return report;
    }

    private static async Task<PreparationReport> RunAsync(SshSession session, string script, string mode, CancellationToken cancellationToken)
    {
        var step = new RemoteScript(mode == "check" ? "look what is missing" : "prepare the machine", $$"""
            script=$(echo {{Convert.ToBase64String(Encoding.UTF8.GetBytes(script))}} | base64 -d) || exit 1
            if [ "$(id -u)" = 0 ]; then sh -c "$script" embark-prepare {{mode}}
            elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then sudo -n sh -c "$script" embark-prepare {{mode}}
            else exit {{NoRoot}}
            fi
            code=$?
            # Who prepares a machine leaves no lock behind; the proxy's own account has its own.
            if [ -d "$HOME/.embark" ] && [ -z "$(ls -A "$HOME/.embark" | grep -vx -e lock -e lease)" ]; then rm -f "$HOME/.embark/lock" "$HOME/.embark/lease"; rmdir "$HOME/.embark"; fi
            exit $code
            """, mode == "check" ? Look : Change) { Failure = mode == "check" ? FailureClass.VmNotReady : FailureClass.ApplyFailed, OnlyIfAllBeforeSucceeded = false };
        var result = await session.RunAsync(step, cancellationToken);
        var lines = result.Output.Split('\n').Select(RemoteText.Printable).ToList();
        if (result.Succeeded) return new(Said("change "), Said("note "), mode != "check");

        if (result.ExitCode == NoRoot)
            throw new EmbarkException(FailureClass.VmNotReady, $"{session.Target}: {session.Target.User} is not root and may not use sudo without a password",
                "log in as root or as somebody with NOPASSWD in sudoers, or have root run the script that `embark prepare --print` shows");
        if (Said("refused ") is [var refusal, ..])
            throw new EmbarkException(FailureClass.VmNotReady, $"{session.Target}: {refusal}", "mend that on the machine, then run this again");
        throw new EmbarkException(mode == "check" ? FailureClass.VmNotReady : FailureClass.ApplyFailed, $"{session.Target}: {(Said("failed ") is [var failed, ..] ? $"could not {failed}" : "the script ended badly")}: {DeliveryFailure.Reason(result)}",
            "mend what the message names on the machine, then run this again: what is done already stays done");

        List<string> Said(string word) => [.. lines.Where(line => line.StartsWith(word, StringComparison.Ordinal)).Select(line => line[word.Length..])];
    }
}
