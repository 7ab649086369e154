using System.Diagnostics;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>The real kubectl with one kubeconfig and a cache of its own. Tests that need it are skipped where it is absent.</summary>
internal sealed class Kubectl : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("embark-kubectl-");

    public Kubectl(string kubeconfig)
    {
        if (!IsInstalled)
            Assert.Skip("needs kubectl");
        File.WriteAllText(Kubeconfig, kubeconfig);
    }

    private static bool IsInstalled { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")));

    private string Kubeconfig => Path.Combine(_home.FullName, "config");

    public string Folder => _home.FullName;

    /// <summary>Standard output of a run that must succeed.</summary>
    public async Task<string> RunAsync(string arguments, CancellationToken cancellationToken, string? input = null)
    {
        var (code, output, error) = await TryAsync(arguments, cancellationToken, input);
        Assert.True(code == 0, $"kubectl {arguments} ended with {code}: {error}{output}");
        return output;
    }

    /// <summary>Arguments are split at spaces; a run of them in single quotes is one.</summary>
    public async Task<(int Code, string Output, string Error)> TryAsync(string arguments, CancellationToken cancellationToken, string? input = null)
    {
        using var process = Start(arguments);
        if (input is not null)
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }

    public Process Start(string arguments)
    {
        var start = new ProcessStartInfo("kubectl") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var parts = arguments.Split('\'');
        for (var i = 0; i < parts.Length; i++)
            foreach (var argument in i % 2 == 1 ? [parts[i]] : parts[i].Split(' ', StringSplitOptions.RemoveEmptyEntries))
                start.ArgumentList.Add(argument);
        start.Environment["KUBECONFIG"] = Kubeconfig;
        start.Environment["KUBECACHEDIR"] = Path.Combine(Folder, "cache");
        start.Environment["HOME"] = Folder;
        return Process.Start(start)!;
    }

    public void Dispose() => _home.Delete(recursive: true);
}
