using System.Text.Json.Nodes;
using Embark.Sandbox;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests;

/// <summary>The guide's mesh on this machine, and an operator in front of it: a Kubernetes API and one VM with real sshd.</summary>
public class World : IAsyncLifetime
{
    private readonly bool _engine;
    private readonly string _home = Directory.CreateTempSubdirectory("embark-e2e-").FullName;
    private string? _missing;
    private ApiServer? _api;
    private VmHost? _vm;

    public World() { }

    protected World(bool engine) => _engine = engine;

    internal ApiServer Api => _api ?? throw new InvalidOperationException("Need() first");

    internal VmHost Vm => _vm ?? throw new InvalidOperationException("Need() first");

    /// <summary>A folder of the operator's own.</summary>
    internal string Home => _home;

    internal IReadOnlyDictionary<string, string?> Operator => new Dictionary<string, string?>
    {
        ["KUBECONFIG"] = Path.Combine(_home, "kubeconfig"),
        ["EMBARK_SSH_CONFIG"] = Vm.SshConfig,
        ["HOME"] = _home,
        ["XDG_STATE_HOME"] = Path.Combine(_home, "state"),
    };

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        if (!File.Exists("/usr/sbin/sshd"))
        {
            _missing = "needs sshd";
            return;
        }
        try
        {
            _api = await ApiServer.StartAsync(new ApiServerOptions(), cancellationToken);
            _vm = await VmHost.StartAsync(new VmOptions { Docker = _engine ? VmDocker.Engine : VmDocker.StandIn }, cancellationToken);
            var kubeconfig = Path.Combine(_home, "kubeconfig");
            await File.WriteAllTextAsync(kubeconfig, _api.KubeconfigFor("admin"), cancellationToken);
            File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (SandboxException failure) when (failure.HostsOnly || failure.Message.StartsWith("--engine docker needs", StringComparison.Ordinal))
        {
            _missing = $"needs hosts: {failure.Message}";
        }
    }

    /// <summary>Skips the test where the machine cannot make the mesh.</summary>
    internal void Need()
    {
        if (_missing is not null) Assert.Skip(_missing);
    }

    internal Task<Run> EmbarkAsync(params string[] arguments) => EmbarkProgram.RunAsync(Operator, arguments);

    /// <summary>Runs shell text as the VM's root.</summary>
    internal Task<string> RootAsync(string script) => Vm.RootAsync(script, TestContext.Current.CancellationToken);

    /// <summary>The VM as before the first join.</summary>
    internal async Task CleanAsync()
    {
        await EmbarkAsync("leave", "ratings-vm.bookinfo");
        Api.Faults.Clear();
        Api.Log.Clear();
    }

    /// <summary>Changes one annotation of the guide's WorkloadEntry; null takes it away.</summary>
    internal void Annotate(string name, string? value) => Edit("workloadentries", "ratings-vm", entry =>
    {
        var annotations = entry["metadata"]!["annotations"]!.AsObject();
        if (value is null) annotations.Remove(name);
        else annotations[name] = value;
    });

    /// <summary>Adds a copy of the guide's WorkloadEntry under another name.</summary>
    internal void Add(string name, Action<JsonObject> change)
    {
        var copy = (JsonObject)JsonNode.Parse(Api.Store.Find(new GroupResource("networking.istio.io", "workloadentries"), "bookinfo", "ratings-vm")!.Value.ToJsonString())!;
        copy["metadata"]!["name"] = name;
        copy["metadata"]!.AsObject().Remove("uid");
        change(copy);
        Api.Store.Change(new GroupResource("networking.istio.io", "workloadentries"), "bookinfo", name, _ => copy);
    }

    internal void Remove(string name) => Api.Store.Change(new GroupResource("networking.istio.io", "workloadentries"), "bookinfo", name, _ => null);

    internal void Edit(string plural, string name, Action<JsonObject> change) =>
        Api.Store.Change(new GroupResource("networking.istio.io", plural), "bookinfo", name, stored =>
        {
            var value = (JsonObject)JsonNode.Parse(stored!.Value.ToJsonString())!;
            change(value);
            return value;
        });

    /// <summary>SHA-256, mode and time of change of everything of ours on the VM, and id and start of the proxy's container.</summary>
    internal Task<string> StateAsync() => RootAsync("""
        find /etc/istio-proxy -type f | sort | xargs -r sha256sum
        find /etc/istio-proxy -printf '%m %u %T@ %p\n' | sort -k4
        docker inspect --format '{{.Id}} {{.State.StartedAt}} {{.RestartCount}}' istio-proxy 2>/dev/null || true
        """);

    public async ValueTask DisposeAsync()
    {
        if (_vm is not null) await _vm.DisposeAsync();
        if (_api is not null) await _api.DisposeAsync();
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }
}
