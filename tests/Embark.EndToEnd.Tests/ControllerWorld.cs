using System.Diagnostics;

namespace Embark.EndToEnd.Tests;

/// <summary>A whole sandbox with the real controller beside it, as <c>embark sandbox up</c> makes it.</summary>
public sealed class ControllerWorld : MeshWorld
{
    protected override string Controller => Path.Combine(AppContext.BaseDirectory, "embark-controller");

    internal async Task<string> KubectlAsync(params string[] words)
    {
        var start = new ProcessStartInfo("kubectl", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["KUBECONFIG"] = Sandbox.KubeconfigFile } };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var run = await EmbarkProgram.FinishAsync(process);
        run.ShouldEndWith(0);
        return run.Output.Trim();
    }

    /// <summary>Somebody opens the product page.</summary>
    internal async Task OpenPageAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await http.GetAsync(Sandbox.ProductPage, TestContext.Current.CancellationToken);
    }
}

/// <summary>Classes that share one sandbox with a controller; each leaves the VM as it found it, or joined.</summary>
[CollectionDefinition]
public sealed class WithController : ICollectionFixture<ControllerWorld>;
