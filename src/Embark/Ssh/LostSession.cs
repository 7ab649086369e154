namespace Embark.Ssh;

/// <summary>Why a session that was open ended in the middle of a script.</summary>
internal static class LostSession
{
    public static EmbarkException Explain(SshTarget target, PendingScript open, SshConnection connection)
    {
        var step = $"'{open.Script.Title}' on {target}";
        if (connection.Overflowed)
            return new(open.Script.Failure, $"{step} printed more than 8 MiB and was stopped", "look at what the VM prints");
        if (open.Expired)
            return new(open.Script.Failure, $"{step} did not end within {open.Script.Limit.TotalSeconds:0.#} s", "see what it waits for on the VM, then run again: what was half done is put right");

        var failure = SshFailureReader.Read(connection.Log.Lines, 255);
        return failure.Kind switch
        {
            SshFailureKind.ShellEnded => new(open.Script.Failure, $"{step}: the shell on the VM was ended from outside. {connection.Log.RemoteWords}".TrimEnd(), "see on the VM who ended it (out of memory, a logout policy), then run again"),
            SshFailureKind.Frozen => new(FailureClass.SshUnreachable, $"{step}: the link is frozen, {target.Host} did not answer any more", "run again when the network is well: nothing that was cut in the middle has run"),
            _ => new(FailureClass.SshUnreachable, $"{step}: the connection was cut{(open.Begun ? "; whether the step came to its end is not known" : " before the step began")}. {failure.Detail}".TrimEnd(), "run again: it converges"),
        };
    }
}
