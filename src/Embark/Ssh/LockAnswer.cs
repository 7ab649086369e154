using System.Globalization;

namespace Embark.Ssh;

/// <summary>What the VM answers to the request for its lock.</summary>
internal static class LockAnswer
{
    public static void ThrowUnlessTaken(SshTarget target, ScriptResult answer)
    {
        var words = RemoteText.Tail($"{answer.Output}\n{answer.ErrorTail}", 300);
        switch (answer.ExitCode)
        {
            case 0:
                return;
            case SessionShell.Held:
                var (age, holder) = Holder(answer.Output);
                throw new EmbarkException(FailureClass.Locked, $"{target} is locked by another run: {holder}, {age}",
                    "wait for it to end; the lock frees itself when that run ends, and within 60 s when its connection is cut");
            case SessionShell.NoFlock:
                throw new EmbarkException(FailureClass.VmNotReady, $"{target} has no 'flock' command, which keeps two runs from changing the VM at once",
                    "install util-linux (or busybox) on the VM");
            case SessionShell.Unsafe:
                throw new EmbarkException(FailureClass.VmNotReady, $"{target}: the lock cannot be kept safely: {words}",
                    $"make ~/.embark on the VM a directory of {target.User} with mode 0700");
            default:
                throw new EmbarkException(FailureClass.VmNotReady, $"{target}: the lock ~/.embark/lock cannot be made: {words}",
                    $"give {target.User} a home directory on the VM that it can write to");
        }
    }

    private static (string Age, string Holder) Holder(string output)
    {
        var line = RemoteText.Tail(output, 300).Split('\n')[^1];
        var space = line.IndexOf(' ');
        var holder = space < 0 || space == line.Length - 1 ? "a run that has just begun" : line[(space + 1)..];
        return int.TryParse(space < 0 ? line : line[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? ($"since {(seconds < 120 ? $"{seconds} s" : $"{seconds / 60} min")}", holder)
            : ("age unknown", holder);
    }
}
