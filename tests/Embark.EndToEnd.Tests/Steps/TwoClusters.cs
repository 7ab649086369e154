using System.Text.Json.Nodes;
using Embark.Sandbox;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Vm;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary>Two clusters, each with its own VM, or both with one: <c>--context</c> picks, and neither undoes what the other did.</summary>
public sealed class TwoClusters : IAsyncLifetime
{
    private const string Annotation = "sidecar-bootstrap.istio.io/";

    private readonly string _home = Directory.CreateTempSubdirectory("embark-two-").FullName;
    private readonly List<ApiServer> _clusters = [];
    private readonly List<VmHost> _vms = [];
    private string? _missing;

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
            foreach (var name in new[] { "east", "west" })
            {
                _clusters.Add(await ApiServer.StartAsync(new ApiServerOptions(), cancellationToken));
                var file = Path.Combine(_home, name);
                await File.WriteAllTextAsync(file, _clusters[^1].KubeconfigFor("admin").Replace("embark-sandbox", name, StringComparison.Ordinal).Replace("\"admin\"", $"\"admin-{name}\"", StringComparison.Ordinal), cancellationToken);
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
            _vms.Add(await VmHost.StartAsync(new VmOptions(), cancellationToken));
            _vms.Add(await VmHost.StartAsync(new VmOptions { Address = "10.129.0.2/24", EdgeAddress = "10.129.0.1/24" }, cancellationToken));
            await File.WriteAllTextAsync(Path.Combine(_home, "ssh_config"), string.Concat(_vms.Select(vm => File.ReadAllText(vm.SshConfig))), cancellationToken);
        }
        catch (SandboxException failure) when (failure.HostsOnly)
        {
            _missing = $"needs hosts: {failure.Message}";
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Entries_of_two_clusters_go_to_two_vms()
    {
        Need();
        Edit(_clusters[1], "workloadentries", "ratings-vm", entry =>
        {
            entry["spec"]!["address"] = "10.129.0.2";
            entry["metadata"]!["annotations"]![Annotation + "proxy-instance-ip"] = "10.129.0.2";
        });

        foreach (var name in new[] { "east", "west" }) (await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--context", name)).ShouldEndWith(0);

        var ids = await Task.WhenAll(_vms.Select(vm => Root(vm, "docker inspect --format '{{index .Config.Labels \"embark.cluster\"}}' istio-proxy")));
        Assert.NotEqual(ids[0], ids[1]);
        foreach (var name in new[] { "east", "west" }) Assert.Contains("nothing to change", (await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--context", name)).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 400_000)]
    public async Task One_vm_in_two_meshes_needs_a_container_a_directory_and_ports_for_each()
    {
        Need();
        const string state = "docker inspect --format '{{.Id}} {{.State.StartedAt}}' istio-proxy; sha256sum /etc/istio-proxy/sidecar.env /etc/istio-proxy/manifest.json";
        (await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--context", "east")).ShouldEndWith(0);
        var before = await Root(_vms[0], state);

        await RefusedAsync("of another cluster");
        var leave = await EmbarkAsync("leave", "ratings-vm.bookinfo", "--context", "west");
        leave.ShouldEndWith(9);
        Assert.Contains("choose that cluster with --context", leave.Error, StringComparison.Ordinal);
        Annotate("proxy-container-name", "west-proxy");
        await RefusedAsync("port 15000");
        Annotate("proxy-port-base", "15200");
        await RefusedAsync("/etc/istio-proxy: holds the files of WorkloadEntry bookinfo/ratings-vm of another cluster");
        await Root(_vms[0], "install -d -m 0750 -o istio-proxy -g istio-proxy /etc/west-proxy");
        Annotate("proxy-config-dir", "/etc/west-proxy");
        Edit(_clusters[1], "sidecars", "bookinfo-ratings-no-iptables", sidecar => sidecar["spec"]!["ingress"]![0]!["port"]!["number"] = 9081);
        Assert.Equal(before, await Root(_vms[0], state));

        (await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--context", "west")).ShouldEndWith(0);

        Assert.Equal("istio-proxy\nwest-proxy\n", await Root(_vms[0], "docker ps --format '{{.Names}}' | sort"));
        Assert.Equal(before, await Root(_vms[0], state));
        var environment = await Root(_vms[0], "cat /etc/west-proxy/sidecar.env");
        foreach (var line in new[] { "\"proxyAdminPort\":15200", "\"statusPort\":15220", "ENVOY_STATUS_PORT=15221\n", "ENVOY_PROMETHEUS_PORT=15290\n" }) Assert.Contains(line, environment, StringComparison.Ordinal);
        foreach (var name in new[] { "east", "west" }) Assert.Contains("nothing to change", (await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--context", name)).Error, StringComparison.Ordinal);

        (await EmbarkAsync("leave", "ratings-vm.bookinfo", "--context", "west")).ShouldEndWith(0);
        Assert.Equal("istio-proxy\n", await Root(_vms[0], "docker ps --format '{{.Names}}'"));
        Assert.Equal(before, await Root(_vms[0], state));

        async Task RefusedAsync(string said)
        {
            var run = await EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "--context", "west");
            run.ShouldEndWith(9);
            Assert.Contains(said, run.Error, StringComparison.Ordinal);
        }
    }

    private void Annotate(string name, string value) => Edit(_clusters[1], "workloadentries", "ratings-vm", entry => entry["metadata"]!["annotations"]![Annotation + name] = value);

    private static void Edit(ApiServer cluster, string plural, string name, Action<JsonObject> change) => cluster.Store.Change(new("networking.istio.io", plural), "bookinfo", name, stored =>
    {
        var value = (JsonObject)JsonNode.Parse(stored!.Value.ToJsonString())!;
        change(value);
        return value;
    });

    private void Need()
    {
        if (_missing is not null) Assert.Skip(_missing);
    }

    private Task<Run> EmbarkAsync(params string[] arguments) => EmbarkProgram.RunAsync(new Dictionary<string, string?>
    {
        ["KUBECONFIG"] = $"{Path.Combine(_home, "east")}:{Path.Combine(_home, "west")}",
        ["EMBARK_SSH_CONFIG"] = Path.Combine(_home, "ssh_config"),
        ["HOME"] = _home,
        ["XDG_STATE_HOME"] = Path.Combine(_home, "state"),
    }, arguments);

    private static Task<string> Root(VmHost vm, string script) => vm.RootAsync(script, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var vm in _vms) await vm.DisposeAsync();
        foreach (var cluster in _clusters) await cluster.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }
}
