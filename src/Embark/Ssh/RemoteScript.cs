using Embark.Kubernetes;

namespace Embark.Ssh;

/// <summary>One step on the VM: a POSIX shell script that runs as a whole or not at all.</summary>
/// <param name="Title">What it does, in words for people.</param>
/// <param name="Body">
/// POSIX sh. It runs as the body of a function in a subshell of its own, its stdin empty, with umask 077, LC_ALL=C, in the
/// directory <c>/</c>; its exit status is its last command's or what it gives to <c>exit</c>. Values in it come from <see cref="ShellQuote"/>.
/// </param>
/// <param name="Limit">Time from its start on the VM until its end; beyond it the session is closed.</param>
public sealed record RemoteScript(string Title, string Body, TimeSpan Limit)
{
    /// <summary>True: it is skipped when any script of the session before it failed (see <see cref="SshSession.Recover"/>).</summary>
    public bool OnlyIfAllBeforeSucceeded { get; init; } = true;

    /// <summary>
    /// Values the body uses as <c>$(<see cref="VariableOf"/>)</c>, base64 of the bytes. They go from here to ssh's stdin without ever being
    /// a string of ours, and on the VM they are shell variables: in no argument and no environment.
    /// </summary>
    public IReadOnlyList<Secret> Secrets { get; init; } = [];

    /// <summary>Class of the failure when the script does not come to its end: over its limit, or its shell was killed.</summary>
    public FailureClass Failure { get; init; } = FailureClass.ApplyFailed;

    /// <summary>Name of the shell variable that holds the base64 of a secret.</summary>
    public static string VariableOf(Secret secret) => $"embark_{secret.Sha256[..20]}";
}

/// <summary>How a script ended. A script that did not end (cut, over its limit) is an exception, never a result.</summary>
/// <param name="ExitCode">Its exit status; 128 + n when a signal killed it. 0 when it was skipped.</param>
/// <param name="Output">Its standard output as it came: not yet fit for a terminal, see <see cref="RemoteText"/>.</param>
/// <param name="ErrorTail">The end of its standard error, fit for a terminal.</param>
/// <param name="Skipped">True when it did not run because one before it had failed.</param>
public sealed record ScriptResult(int ExitCode, string Output, string ErrorTail, bool Skipped)
{
    /// <summary>It ran and ended with 0.</summary>
    public bool Succeeded => !Skipped && ExitCode == 0;
}
