using System.Diagnostics;
using Embark.Sandbox;
using Embark.Sandbox.Up;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests;

/// <summary>A whole sandbox with the real controller beside it, as <c>embark sandbox up</c> makes it.</summary>
public sealed class ControllerWorld : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("embark-controller-").FullName;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private string? _missing;
    private SandboxUp? _sandbox;

    /// <summary>A folder of the operator's own.</summary>
    internal string Home => _home;

    internal SandboxUp Sandbox => _sandbox ?? throw new InvalidOperationException("Need() first");

    /// <summary>A page of the product page that asks ratings on the VM.</summary>
    internal string RatingsOverMesh => new Uri(Sandbox.ProductPage!, "/api/v1/products/0/ratings").ToString();

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/sbin/sshd"))
        {
            _missing = "needs sshd";
            return;
        }
        try
        {
            _sandbox = await SandboxUp.StartAsync(new SandboxOptions
            {
                Directory = Path.Combine(_home, "sandbox"),
                RequireHosts = true,
                Vm = new VmOptions { Docker = VmDocker.StandIn },
                Controller = Path.Combine(AppContext.BaseDirectory, "embark-controller"),
            }, TestContext.Current.CancellationToken);
        }
        catch (SandboxException failure) when (failure.HostsOnly)
        {
            _missing = $"needs namespaces: {failure.Message}";
        }
    }

    /// <summary>Skips the test where the machine cannot make the mesh.</summary>
    internal void Need()
    {
        if (_missing is not null) Assert.Skip(_missing);
    }

    internal async Task<string> KubectlAsync(params string[] words)
    {
        var start = new ProcessStartInfo("kubectl", words) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["KUBECONFIG"] = Sandbox.KubeconfigFile } };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var run = await EmbarkProgram.FinishAsync(process);
        run.ShouldEndWith(0);
        return run.Output.Trim();
    }

    internal Task<Run> EmbarkAsync(params string[] words) => EmbarkProgram.RunAsync(new Dictionary<string, string?>
    {
        ["KUBECONFIG"] = Sandbox.KubeconfigFile, ["EMBARK_SSH_CONFIG"] = Sandbox.SshConfig, ["HOME"] = _home, ["XDG_STATE_HOME"] = Path.Combine(_home, "state"),
    }, words);

    /// <summary>Somebody opens the product page.</summary>
    internal async Task OpenPageAsync()
    {
        using var answer = await _http.GetAsync(Sandbox.ProductPage, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}

/// <summary>Classes that share one sandbox with a controller; each leaves the VM as it found it, or joined.</summary>
[CollectionDefinition]
public sealed class WithController : ICollectionFixture<ControllerWorld>;
