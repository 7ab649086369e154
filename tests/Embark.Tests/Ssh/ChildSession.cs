using System.Runtime.InteropServices;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Makes a process of this very program that holds one session, to be interrupted and killed by tests.</summary>
internal static class ChildSession
{
    private const string Asked = "EMBARK_TEST_SESSION";

    /// <summary>Start parameters: the program runs the script over a session and says what happened.</summary>
    public static System.Diagnostics.ProcessStartInfo For(SshTarget target, string config, string body, string? path = null)
    {
        var start = new System.Diagnostics.ProcessStartInfo("setsid", [Path.Combine(AppContext.BaseDirectory, "Embark.Tests")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[Asked] = $"{target.Port}";
        start.Environment["EMBARK_TEST_CONFIG"] = config;
        start.Environment["EMBARK_TEST_BODY"] = body;
        start.Environment["EMBARK_TEST_PATH"] = path ?? Environment.GetEnvironmentVariable("PATH");
        return start;
    }

    /// <summary>The same on a terminal, where ssh may ask.</summary>
    public static System.Diagnostics.ProcessStartInfo OnTerminal(SshTarget target, string config, string body)
    {
        var start = For(target, config, body);
        start.FileName = "script";
        start.ArgumentList.Clear();
        foreach (var word in (string[])["-qfec", Path.Combine(AppContext.BaseDirectory, "Embark.Tests"), "/dev/null"])
            start.ArgumentList.Add(word);
        start.Environment["EMBARK_TEST_PASSWORD"] = "ask";
        start.RedirectStandardInput = true;
        return start;
    }

    /// <summary>True when this process was started by <see cref="For"/>; it has done its work then.</summary>
    public static async Task<bool> RunIfAskedAsync()
    {
        if (Environment.GetEnvironmentVariable(Asked) is not { Length: > 0 } port)
            return false;
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context =>
        {
            context.Cancel = true;
            Say("interrupted");
        });
        await RunAsync(int.Parse(port));
        return true;
    }

    private static async Task RunAsync(int port)
    {
        var options = new SshOptions
        {
            ConfigFile = Environment.GetEnvironmentVariable("EMBARK_TEST_CONFIG"),
            KnownHostsFile = "/nonexistent/known_hosts",
            Variables = new Dictionary<string, string?> { ["PATH"] = Environment.GetEnvironmentVariable("EMBARK_TEST_PATH") },
            ConnectTimeout = TimeSpan.FromSeconds(60),
            AskPassword = Environment.GetEnvironmentVariable("EMBARK_TEST_PASSWORD") == "ask",
        };
        Say("starting");
        await using var session = await SshSession.OpenAsync(new(Environment.UserName, "127.0.0.1", port), options, CancellationToken.None);
        var running = session.RunAsync(new("child's", Environment.GetEnvironmentVariable("EMBARK_TEST_BODY")!, TimeSpan.FromSeconds(60)), CancellationToken.None);
        Say("running");
        Say($"ended {(await running).ExitCode}");
    }

    private static void Say(string text)
    {
        Console.Out.WriteLine(text);
        Console.Out.Flush();
    }
}
