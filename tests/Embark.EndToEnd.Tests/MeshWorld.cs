using System.Text.Json.Nodes;
using Embark.Sandbox;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Up;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests;

/// <summary>A whole sandbox with control plane, gateway and Bookinfo, and an operator in front of it.</summary>
public class MeshWorld : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("embark-mesh-").FullName;
    private string? _missing;
    private string? _run;
    private SandboxUp? _sandbox;
    private HostSockets? _vmSockets;
    private HostSockets? _nodeSockets;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>The controller's program; null for a mesh without one, whose gateway is there from the start.</summary>
    protected virtual string? Controller => null;

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
            _sandbox = await SandboxUp.StartAsync(
                new SandboxOptions { Directory = Path.Combine(_home, "sandbox"), RequireHosts = true, Vm = new VmOptions { Docker = VmDocker.StandIn }, Controller = Controller }, TestContext.Current.CancellationToken);
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

    /// <summary>For tests that enter the sandbox's networks.</summary>
    internal void NeedRoot()
    {
        if (!Environment.IsPrivilegedProcess) Assert.Skip("needs root");
        Need();
    }

    /// <summary>Sockets on the VM's network.</summary>
    internal HostSockets VmSockets => _vmSockets ??= new HostSockets($"/proc/{Sandbox.Vm!.Host.Pid}/ns/net");

    /// <summary>Sockets on the network of the pods, as applications there have.</summary>
    internal HostSockets NodeSockets => _nodeSockets ??= new HostSockets($"/proc/{Sandbox.Cluster!.Node.Pid}/ns/net");

    /// <summary>The VM joined as the guide says, and proved; quick when it is already.</summary>
    internal async Task JoinAsync() => (await EmbarkAsync("join", "ratings-vm.bookinfo", "--from", RatingsOverMesh, "--require-proof")).ShouldEndWith(0);

    /// <summary>A fresh proxy whose files were changed by shell text in its directory, or whose docker words were; all else is as after a join.</summary>
    internal async Task StartChangedAsync(string edit, Func<string, string>? words = null)
    {
        if (_run is null)
        {
            await EmbarkAsync("leave", "ratings-vm.bookinfo");
            var join = await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof");
            join.ShouldEndWith(0);
            const string said = "executing a command remotely: docker run ";
            _run = join.Error.Split('\n').Single(line => line.Contains(said, StringComparison.Ordinal)).Split("remotely: ")[1];
            await RootAsync("rm -rf /run/joined; cp -a /etc/istio-proxy /run/joined; rm -rf /run/joined/certs/cert-chain.pem /run/joined/certs/key.pem");
        }
        await RootAsync($"""
            docker rm -f istio-proxy >/dev/null 2>&1 || true
            cd /etc/istio-proxy
            find . -mindepth 1 -delete
            cp -a /run/joined/. .
            {edit}
            {(words is null ? _run : words(_run))}
            """);
    }

    /// <summary>Changes one annotation of the guide's WorkloadEntry; null takes it away.</summary>
    internal void Annotate(string name, string? value) => Edit("workloadentries", "ratings-vm", entry =>
    {
        var annotations = entry["metadata"]!["annotations"]!.AsObject();
        if (value is null) annotations.Remove(name);
        else annotations[name] = value;
    });

    /// <summary>Changes an object as if somebody had applied it.</summary>
    internal void Edit(string plural, string name, Action<JsonObject> change) =>
        Sandbox.Api.Store.Change(new GroupResource("networking.istio.io", plural), "bookinfo", name, stored =>
        {
            var value = (JsonObject)JsonNode.Parse(stored!.Value.ToJsonString())!;
            change(value);
            return value;
        });

    /// <summary>The guide's WorkloadEntry as it is now.</summary>
    internal JsonNode Entry => Sandbox.Api.Store.Find(new GroupResource("networking.istio.io", "workloadentries"), "bookinfo", "ratings-vm")!.Value;

    /// <summary>SHA-256 and mode of every file of ours on the VM, but what a running proxy renews; and id and start of its container.</summary>
    internal Task<string> StateAsync() => RootAsync("""
        find /etc/istio-proxy -type f ! -path '*/certs/*' | sort | xargs -r sha256sum
        find /etc/istio-proxy -printf '%m %u %p\n' | sort -k3
        docker inspect --format '{{.Id}} {{.State.StartedAt}} {{.RestartCount}}' istio-proxy
        """);

    /// <summary>Status of the entry's Healthy condition; null where there is none.</summary>
    internal string? Healthy => (string?)(Entry["status"]?["conditions"] as JsonArray)?.FirstOrDefault(c => (string?)c!["type"] == "Healthy")?["status"];

    internal string? AnnotationOf(string name) => (string?)Entry["metadata"]!["annotations"]![name];

    /// <summary>Status with which a pod gets ratings from the VM.</summary>
    internal async Task<int> RatingsAsync()
    {
        using var answer = await _http.GetAsync(RatingsOverMesh, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    /// <summary>Waits until a pod gets ratings from the VM.</summary>
    internal Task<TimeSpan> JoinedAsync() => Wait.UntilAsync("ratings come from the VM", async () => await RatingsAsync() == 200);

    internal Task<string> ContainerAsync() => RootAsync("docker inspect --format '{{.Id}}' istio-proxy");

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
        _http.Dispose();
        _vmSockets?.Dispose();
        _nodeSockets?.Dispose();
        if (_sandbox is not null) await _sandbox.DisposeAsync();
        Directory.Delete(_home, recursive: true);
        GC.SuppressFinalize(this);
    }
}
