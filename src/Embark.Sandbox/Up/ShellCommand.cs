using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Up;

/// <summary><c>embark-sandbox shell HOST [--root] [-- COMMAND]</c>: a shell on a host of the running sandbox, without SSH.</summary>
internal static class ShellCommand
{
    public static int Run(string[] args)
    {
        var end = Array.IndexOf(args, "--");
        var command = end < 0 ? [] : args[(end + 1)..];
        var words = new Words(end < 0 ? args : args[..end]);
        var state = SandboxState.RequireReady(words.Value("--dir") ?? RunDirectory.Default);
        var root = words.Flag("--root");
        var name = words.Next() ?? "vm";
        words.End();
        var host = state["hosts"]!.AsArray().FirstOrDefault(host => (string?)host!["name"] == name || (name == "vm" && host["user"] is not null))
            ?? throw new SandboxException($"no host {name}", $"one of {string.Join(", ", state["hosts"]!.AsArray().Select(h => h!["name"]))}");

        var user = root ? null : (string?)host["user"];
        string[] login = user is null
            ? ["env", "HOME=/root", "sh", "-c", "cd; exec \"$@\"", "sh"]
            : ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "env", $"HOME=/home/{user}", $"USER={user}", "sh", "-c", "cd; exec \"$@\"", "sh"];
        string[] rootless = (bool)state["rootless"]! ? ["-U"] : [];
        Native.Become(
        [
            "nsenter", "-t", $"{host["pid"]}", .. rootless, "-m", "-n", "-p", "-u", "-i", "--",
            "env", "-i", $"TERM={Environment.GetEnvironmentVariable("TERM") ?? "dumb"}", $"PATH={Command.Plain["PATH"]}", "LANG=C.UTF-8",
            .. login, .. command is [] ? ["bash", "-l"] : command,
        ]);
        return 1;
    }
}
