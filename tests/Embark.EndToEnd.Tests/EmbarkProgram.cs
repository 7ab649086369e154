using System.Diagnostics;

namespace Embark.EndToEnd.Tests;

/// <summary>The real program, run as a user runs it.</summary>
internal static class EmbarkProgram
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Embark.Cli");

    public static Task<Run> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string?>(), arguments);

    public static async Task<Run> RunAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        using var process = Start(environment, arguments);
        process.StandardInput.Close();
        return await FinishAsync(process);
    }

    public static Process Start(IReadOnlyDictionary<string, string?> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NO_COLOR"] = "1";
        // Nothing of the person who runs the tests: no cluster, no ssh configuration, no state.
        foreach (var name in new[] { "KUBECONFIG", "EMBARK_SSH_CONFIG", "EMBARK_POLICY", "EMBARK_CONTROLLER_URL", "SSH_AUTH_SOCK" }) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<Run> FinishAsync(Process process)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return new Run(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}

/// <summary>What a program said and how it ended.</summary>
internal sealed record Run(int ExitCode, string Output, string Error)
{
    /// <summary>Both streams, for messages and for searches.</summary>
    public string All => Output + Error;

    public void ShouldEndWith(int exitCode) =>
        Assert.True(ExitCode == exitCode, $"exit code {ExitCode}, want {exitCode}\n--- stdout\n{Output}\n--- stderr\n{Error}");
}
