using Embark.Sandbox;
using Embark.Sandbox.Up;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests;

/// <summary>A whole sandbox with control plane, gateway and Bookinfo, and an operator in front of it.</summary>
public sealed class MeshWorld : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("embark-mesh-").FullName;
    private string? _missing;
    private SandboxUp? _sandbox;

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
            _sandbox = await SandboxUp.StartAsync(
                new SandboxOptions { Directory = Path.Combine(_home, "sandbox"), RequireHosts = true, Vm = new VmOptions { Docker = VmDocker.StandIn } }, TestContext.Current.CancellationToken);
        }
        catch (SandboxException failure)
        {
            _missing = $"needs namespaces: {failure.Message}";
        }
    }

    /// <summary>Skips the test where the machine cannot make the mesh.</summary>
    internal void Need()
    {
        if (_missing is not null) Assert.Skip(_missing);
    }

    internal Task<Run> EmbarkAsync(params string[] arguments) => EmbarkProgram.RunAsync(new Dictionary<string, string?>
    {
        ["KUBECONFIG"] = Sandbox.KubeconfigFile,
        ["EMBARK_SSH_CONFIG"] = Sandbox.SshConfig,
        ["HOME"] = _home,
        ["XDG_STATE_HOME"] = Path.Combine(_home, "state"),
    }, arguments);

    /// <summary>Runs shell text as the VM's root.</summary>
    internal Task<string> RootAsync(string script) => Sandbox.Vm!.RootAsync(script, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
