using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Vm;

namespace Embark.Benchmarks;

/// <summary>The guide's mesh, in which everything is measured: an API server in this process, one VM with real sshd.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private static readonly GroupResource Entries = new("networking.istio.io", "workloadentries");

    private readonly string _folder = Directory.CreateTempSubdirectory("embark-bench-").FullName;
    private readonly List<HostProcess> _relays = [];
    private ApiServer? _api;
    private VmHost? _vm;

    /// <summary>The program that is measured: the release build.</summary>
    public static string Embark { get; } = Path.Combine(Environment.GetEnvironmentVariable("EMBARK_RELEASE") ?? throw new InvalidOperationException("start it by ./bench"), "embark");

    public string Folder => _folder;

    public VmHost Vm => _vm!;

    public IReadOnlyDictionary<string, string> Operator => new Dictionary<string, string>
    {
        ["KUBECONFIG"] = Path.Combine(_folder, "kubeconfig"), ["XDG_STATE_HOME"] = _folder, ["HOME"] = _folder, ["NO_COLOR"] = "1",
    };

    public static async Task<Bench> StartAsync()
    {
        var bench = new Bench { _api = await ApiServer.StartAsync(new ApiServerOptions(), CancellationToken.None) };
        var kubeconfig = Path.Combine(bench._folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, bench._api.KubeconfigFor("admin"));
        File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return bench;
    }

    /// <summary>Starts the VM; false where this machine does not let us have hosts.</summary>
    public async Task<bool> StartVmAsync()
    {
        try
        {
            _vm = await VmHost.StartAsync(new VmOptions { SshdOptions = ["MaxStartups=200", "MaxSessions=200"] }, CancellationToken.None);
            return true;
        }
        catch (Sandbox.SandboxException missing) when (missing.HostsOnly)
        {
            Console.Error.WriteLine($"no hosts on this machine, so nothing over SSH: {missing.Message}");
            return false;
        }
    }

    /// <summary>An ssh_config that reaches the VM over a link with this round trip.</summary>
    public async Task<string> SshConfigAsync(int roundTripMilliseconds)
    {
        if (roundTripMilliseconds == 0) return Vm.SshConfig;
        var log = Path.Combine(_folder, $"relay-{roundTripMilliseconds}.log");
        // Hosts have a root of their own, which shows them our programs here.
        _relays.Add(Vm.Edge.Start(log, new Dictionary<string, string>(), "sh", "-c",
            "[ ! -d /opt/dotnet ] || export DOTNET_ROOT=/opt/dotnet; exec /opt/embark/embark-sandbox relay \"$0\" \"$1\"", $"{Vm.Address}:22", $"{roundTripMilliseconds}"));
        await _relays[^1].WaitForLogAsync("listening on", TimeSpan.FromSeconds(10), CancellationToken.None);
        var port = File.ReadAllText(log).Split("listening on 127.0.0.1:")[1].Split('\n')[0];
        var file = Path.Combine(_folder, $"ssh-{roundTripMilliseconds}.config");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(Vm.SshConfig)).Replace("%h %p", $"127.0.0.1 {port}", StringComparison.Ordinal));
        return file;
    }

    public Task<Measured> EmbarkAsync(params IReadOnlyList<string> words) => Measured.RunAsync(Operator, "", [Embark, .. words]);

    public Task<Measured> BareSshAsync(string config) => Measured.RunAsync(Operator, "exit 0\n", "ssh", "-F", config, "-T", "-o", "BatchMode=yes", $"{Vm.Login}@{Vm.Address}", "sh", "-s");

    /// <summary>Entries <c>vm-0</c> … in a namespace of their own, copies of the guide's.</summary>
    public void AddEntries(string @namespace, int count, Action<JsonObject, int> change)
    {
        var api = _api!;
        foreach (var (kind, name) in new[] { ("Namespace", @namespace), ("ServiceAccount", "bookinfo-ratings") })
            api.Operations.Load(new JsonObject
            {
                ["apiVersion"] = "v1", ["kind"] = kind,
                ["metadata"] = kind == "Namespace" ? new JsonObject { ["name"] = name } : new JsonObject { ["name"] = name, ["namespace"] = @namespace },
            });
        foreach (var (plural, name) in new[] { ("sidecars", "bookinfo-ratings-no-iptables") })
            Copy(new GroupResource("networking.istio.io", plural), name, @namespace, name, _ => { });
        for (var i = 0; i < count; i++)
        {
            var number = i;
            Copy(Entries, "ratings-vm", @namespace, $"vm-{number}", entry => change(entry, number));
        }
    }

    private void Copy(GroupResource resource, string from, string @namespace, string name, Action<JsonObject> change)
    {
        var copy = (JsonObject)JsonNode.Parse(_api!.Store.Find(resource, "bookinfo", from)!.Value.ToJsonString())!;
        var metadata = copy["metadata"]!.AsObject();
        (metadata["name"], metadata["namespace"]) = (name, @namespace);
        metadata.Remove("uid");
        change(copy);
        _api.Store.Change(resource, @namespace, name, _ => copy);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays) await relay.DisposeAsync();
        if (_vm is not null) await _vm.DisposeAsync();
        if (_api is not null) await _api.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
