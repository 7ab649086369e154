using Embark.Sandbox;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests;

/// <summary>A machine that nobody prepared, and an operator in front of it.</summary>
public sealed class BareMachine : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("embark-bare-").FullName;
    private string? _missing;
    private VmHost? _vm;

    internal VmHost Vm => _vm ?? throw new InvalidOperationException("Need() first");

    internal string Home => _home;

    public async ValueTask InitializeAsync()
    {
        if (!File.Exists("/usr/sbin/sshd"))
        {
            _missing = "needs sshd";
            return;
        }
        try
        {
            _vm = await VmHost.StartAsync(new VmOptions { Bare = true, Ratings = false }, TestContext.Current.CancellationToken);
        }
        catch (SandboxException failure) when (failure.HostsOnly)
        {
            _missing = $"needs hosts: {failure.Message}";
        }
    }

    /// <summary>Skips the test where the machine cannot be made.</summary>
    internal void Need()
    {
        if (_missing is not null) Assert.Skip(_missing);
    }

    internal Task<Run> EmbarkAsync(params string[] arguments) => EmbarkProgram.RunAsync(new Dictionary<string, string?>
    {
        ["EMBARK_SSH_CONFIG"] = Vm.SshConfig, ["HOME"] = _home, ["XDG_STATE_HOME"] = Path.Combine(_home, "state"),
    }, arguments);

    /// <summary>Runs shell text as the machine's root.</summary>
    internal Task<string> RootAsync(string script) => Vm.RootAsync(script, TestContext.Current.CancellationToken);

    /// <summary>The machine as it was before anything was prepared.</summary>
    internal Task<string> CleanAsync() => RootAsync("""
        userdel -rf istio-proxy 2>/dev/null || :
        rm -rf /etc/istio-proxy /usr/local/sbin/embark-hosts /etc/sudoers.d/embark-* /home/istio-proxy
        sed -i '/^istio-proxy:/d' /etc/group /etc/gshadow
        sed -i 's/^docker:.*/docker:x:2375:/' /etc/group
        """);

    public async ValueTask DisposeAsync()
    {
        if (_vm is not null) await _vm.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
