using System.Diagnostics;

namespace Embark.Controller.Tests;

/// <summary>Programs of the machine that a test may need.</summary>
internal static class Programs
{
    public static void Need(string program)
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, program))))
            Assert.Skip($"needs {program}");
    }

    /// <summary>What it says; a failure fails the test with its words.</summary>
    public static async Task<string> RunAsync(string program, string? kubeconfig, params string[] arguments)
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig ?? "/dev/null";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{output}\n{await error}");
        return output;
    }
}
