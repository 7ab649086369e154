using Embark.Sandbox;
using Embark.Sandbox.Up;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary>Two whole sandboxes side by side: two clusters with a mesh and a VM each, which know nothing of each other.</summary>
public sealed class TwoSandboxes : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("embark-twice-").FullName;
    private readonly List<SandboxUp> _sandboxes = [];
    private string? _missing;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/sbin/sshd"))
        {
            _missing = "needs sshd";
            return;
        }
        try
        {
            foreach (var name in new[] { "one", "two" })
                _sandboxes.Add(await SandboxUp.StartAsync(new SandboxOptions { Directory = Path.Combine(_home, name), RequireHosts = true }, TestContext.Current.CancellationToken));
        }
        catch (SandboxException failure) when (failure.HostsOnly)
        {
            _missing = $"needs namespaces: {failure.Message}";
        }
    }

    [Fact(Timeout = 400_000)]
    public async Task Each_cluster_proves_its_own_vm()
    {
        if (_missing is not null) Assert.Skip(_missing);
        foreach (var sandbox in _sandboxes)
        {
            var page = new Uri(sandbox.ProductPage!, "/api/v1/products/0/ratings").ToString();
            (await EmbarkAsync(sandbox, "join", "ratings-vm.bookinfo", "--from", page, "--require-proof")).ShouldEndWith(0);
        }

        // Nothing of the second changed the first.
        Assert.Contains("nothing to change", (await EmbarkAsync(_sandboxes[0], "join", "ratings-vm.bookinfo", "--no-proof")).Error, StringComparison.Ordinal);
        (await EmbarkAsync(_sandboxes[1], "leave", "ratings-vm.bookinfo")).ShouldEndWith(0);
        (await EmbarkAsync(_sandboxes[0], "verify", "ratings-vm.bookinfo")).ShouldEndWith(0);
    }

    private Task<Run> EmbarkAsync(SandboxUp sandbox, params string[] arguments) => EmbarkProgram.RunAsync(new Dictionary<string, string?>
    {
        ["KUBECONFIG"] = sandbox.KubeconfigFile, ["EMBARK_SSH_CONFIG"] = sandbox.SshConfig, ["HOME"] = _home, ["XDG_STATE_HOME"] = Path.Combine(_home, "state"),
    }, arguments);

    public async ValueTask DisposeAsync()
    {
        foreach (var sandbox in _sandboxes) await sandbox.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
