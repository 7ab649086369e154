using System.Diagnostics;

namespace Embark.EndToEnd.Tests;

/// <summary>The real kubectl.</summary>
internal static class Kubectl
{
    public static void Need()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")))) Assert.Skip("needs kubectl");
    }

    public static async Task<Run> RunAsync(string kubeconfig, string input, params string[] words)
    {
        var start = new ProcessStartInfo("kubectl", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        return await EmbarkProgram.FinishAsync(process);
    }
}
