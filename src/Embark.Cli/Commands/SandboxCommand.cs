using System.CommandLine;
using System.Runtime.InteropServices;

namespace Embark.Cli.Commands;

/// <summary><c>embark sandbox …</c> becomes the program <c>embark-sandbox</c> beside it, so that this one stays small and starts fast.</summary>
internal static partial class SandboxCommand
{
    public static Command Make()
    {
        var command = new Command("sandbox", "A whole small mesh on this machine to try things in: up, down, status, env");
        foreach (var (name, description) in new[]
        {
            ("up", "start it and stay until Ctrl-C"), ("down", "stop it"), ("status", "say what runs"), ("env", "print shell exports for it; fails until it is ready"),
        })
            command.Add(new Command(name, description) { TreatUnmatchedTokensAsErrors = false });
        return command;
    }

    /// <summary>Does not return but for a failure.</summary>
    public static void Become(IReadOnlyList<string> arguments)
    {
        var program = Environment.GetEnvironmentVariable("EMBARK_SANDBOX") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "embark-sandbox");
        if (!File.Exists(program))
            throw new EmbarkException(FailureClass.Usage, $"the sandbox is not here: {program}", "take embark-sandbox from the release archive and put it beside embark");
        string?[] words = [program, .. arguments, null];
        CloseDiagnostics();
        _ = Execv(program, words);
        throw new EmbarkException(FailureClass.Internal, $"{program} could not be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    // The runtime takes its sockets for debuggers away when it ends, and it never ends here (learn.microsoft.com: "diagnostic port").
    private static void CloseDiagnostics()
    {
        foreach (var kind in new[] { "dotnet-diagnostic", "clr-debug-pipe" })
            foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), $"{kind}-{Environment.ProcessId}-*"))
                File.Delete(file);
    }

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Execv(string path, string?[] arguments);
}
