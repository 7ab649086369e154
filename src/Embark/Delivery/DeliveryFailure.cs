using Embark.Ssh;

namespace Embark.Delivery;

/// <summary>Goes back after a failure, and makes the message that tells what happened, what was rolled back, and what to do.</summary>
internal sealed class DeliveryFailure(SshSession session, RemoteSteps steps, string restored, CancellationToken forced)
{
    /// <summary>The exception to throw; the VM is as it was, or the message says <c>NOT rolled back</c> and shows the states (reliability 7.1).</summary>
    public async Task<EmbarkException> AfterAsync(FailureClass failure, string what, string? fix)
    {
        var state = await RollBackAsync();
        return state is null
            ? new EmbarkException(failure, $"VM {session.Target}: {what}\nrolled back: {restored}", fix)
            : new EmbarkException(FailureClass.ApplyFailed, $"VM {session.Target}: {what}\nNOT rolled back: {state}", "mend what the message names on the VM, then run the same command again: it finishes or undoes this first");
    }

    /// <summary>Null when everything is as before; else what stands in the way, and how the containers are.</summary>
    public async Task<string?> RollBackAsync()
    {
        session.Recover();
        var result = await session.RunAsync(steps.RollBack(), forced);
        if (result.Succeeded) return null;
        if (!steps.WithDocker) return result.ErrorTail;
        session.Recover();
        var look = await session.RunAsync(steps.Describe(), forced);
        return $"{result.ErrorTail}\n{ContainerStates.Said(look.Output)}";
    }

    /// <summary>What a script that ended badly said.</summary>
    public static string Reason(ScriptResult result)
    {
        var text = result.ErrorTail.Length > 0 ? result.ErrorTail : RemoteText.Printable(result.Output).Trim();
        return text.Length > 0 ? text : $"exit code {result.ExitCode}";
    }
}
