using System.Collections;
using System.Net;
using System.Text;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Istiod;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Admin;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Tests.Interop;
using Microsoft.AspNetCore.Http;
using SandboxApi = Embark.Sandbox.ApiServer.ApiServer;

namespace Embark.Sandbox.Tests.Mesh;

/// <summary>A whole mesh on loopback addresses: API server, istiod, VM gateway, a pod and a VM with their proxies and applications.</summary>
internal sealed class LoopbackMesh : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("embark-mesh-").FullName;

    public required SandboxApi Api { get; init; }

    public required KubernetesClient Client { get; init; }

    /// <summary>Where everything is.</summary>
    public required LoopbackPlan Plan { get; init; }

    public IstiodServer Istiod { get; private set; } = null!;

    public StringWriter IstiodLog { get; } = new();

    /// <summary>Logs of the proxies, by name.</summary>
    public Dictionary<string, StringBuilder> Logs { get; } = [];

    /// <param name="yaml">Further objects, from the plan.</param>
    /// <param name="istioFilters">False where a stock Envoy takes part (decisions 19).</param>
    public static async Task<LoopbackMesh> StartAsync(Func<LoopbackPlan, string> yaml, bool istioFilters, CancellationToken cancellationToken)
    {
        var plan = new LoopbackPlan();
        var api = await SandboxApi.StartAsync(new ApiServerOptions { Yaml = [plan.Objects, yaml(plan)] }, cancellationToken);
        var kubeconfig = Path.Combine(Directory.CreateTempSubdirectory("embark-kube-").FullName, "config");
        await File.WriteAllTextAsync(kubeconfig, api.KubeconfigFor("admin"), cancellationToken);
        File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead);
        var client = KubernetesClient.Connect(Embark.Kubernetes.Kubeconfig.Load(new KubeconfigOptions { File = kubeconfig }), KubernetesClientOptions.Default);
        var mesh = new LoopbackMesh { Api = api, Client = client, Plan = plan };
        mesh.Istiod = await IstiodServer.StartAsync(client, new IstiodOptions
        {
            Address = new IPEndPoint(IPAddress.Loopback, 0),
            Generator = new GeneratorOptions(istioFilters),
            Log = TextWriter.Synchronized(mesh.IstiodLog),
        }, cancellationToken);
        return mesh;
    }

    /// <summary>An application that says its name and shows the headers it got.</summary>
    public async Task AppAsync(int port, string name) => _parts.Add(await LocalServer.StartAsync(new IPEndPoint(IPAddress.Loopback, port), async context =>
    {
        context.Response.Headers["x-app"] = name;
        foreach (var (key, value) in context.Request.Headers)
            await context.Response.WriteAsync($"{key}: {value}\n");
        await context.Request.Body.CopyToAsync(context.Response.Body);
    }, CancellationToken.None));

    /// <summary>A proxy of the sandbox, ready.</summary>
    public async Task<Task<int>> ProxyAsync(MeshMember member)
    {
        var settings = await SettingsAsync(member);
        var text = Logs[member.Name] = new StringBuilder();
        var log = new ProxyLog(TextWriter.Synchronized(new StringWriter(text)), TimeProvider.System, debug: true);
        var running = new ProxyProcess(settings, TextWriter.Synchronized(new StringWriter(text)), log, TimeProvider.System).RunAsync(_stop.Token);
        _parts.Add(new Ending(running));
        await ReadyAsync(settings.ReadinessPort, running, member.Name);
        return running;
    }

    /// <summary>A stock Envoy, ready.</summary>
    public async Task<EnvoyProxy> EnvoyAsync(MeshMember member, string api)
    {
        var envoy = await EnvoyProxy.StartAsync(await SettingsAsync(member), api, TestContext.Current.CancellationToken);
        _parts.Add(envoy);
        await envoy.ReadyAsync(Told);
        return envoy;
    }

    /// <summary>Token and root on disk, ports of its own, and what a container would be told.</summary>
    private async Task<AgentSettings> SettingsAsync(MeshMember member)
    {
        var certs = Path.Combine(_folder, member.Name);
        Directory.CreateDirectory(certs);
        var root = (await Client.GetAsync(CoreKinds.ConfigMaps, member.Namespace, "istio-ca-root-cert", CancellationToken.None))!.Data!["root-cert.pem"];
        await File.WriteAllTextAsync(Path.Combine(certs, "root-cert.pem"), root);
        var token = await Client.RequestTokenAsync(new NamespacedName(member.Namespace, member.Account), "istio-ca", TimeSpan.FromHours(1), CancellationToken.None);
        var tokenFile = Path.Combine(certs, "token");
        await File.WriteAllBytesAsync(tokenFile, token.Token.Reveal().ToArray());
        var environment = new Hashtable
        {
            ["POD_NAME"] = member.Name,
            ["POD_NAMESPACE"] = member.Namespace,
            ["SERVICE_ACCOUNT"] = member.Account,
            ["INSTANCE_IP"] = member.Address,
            ["PROV_CERT"] = certs,
            ["OUTPUT_CERTS"] = certs,
            ["ISTIOD_SAN"] = "istiod.istio-system.svc",
            ["ISTIO_META_CLUSTER_ID"] = "Kubernetes",
            ["ISTIO_META_INTERCEPTION_MODE"] = "NONE",
            ["PROXY_CONFIG"] = $$"""{"discoveryAddress":"127.0.0.1:{{Istiod.Address.Port}}","proxyAdminPort":{{FreePorts.Take()}},"statusPort":{{FreePorts.Take()}},"terminationDrainDuration":"1s"}""",
            ["ENVOY_STATUS_PORT"] = $"{FreePorts.Take()}",
            ["ENVOY_PROMETHEUS_PORT"] = $"{FreePorts.Take()}",
        };
        foreach (var (key, value) in member.Metadata)
            environment[key] = value;
        return AgentSettings.From(member.Role, environment, []) with { TokenFile = tokenFile };
    }

    /// <summary>One request to <paramref name="address"/> for <paramref name="host"/>, as an application sends it.</summary>
    public static async Task<(int Status, string App, string Body)> GetAsync(string address, string host, string path = "/", HttpContent? content = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(content is null ? HttpMethod.Get : HttpMethod.Post, $"http://{address}{path}") { Content = content };
        request.Headers.Host = host;
        using var response = await http.SendAsync(request);
        return ((int)response.StatusCode, response.Headers.TryGetValues("x-app", out var app) ? app.First() : "", await response.Content.ReadAsStringAsync());
    }

    /// <summary>One request each way, and what the application that was asked saw of the caller.</summary>
    public async Task AssertTrafficBothWaysAsync()
    {
        var toMesh = await GetAsync($"{Plan.VmEgress}:9080", "reviews.bookinfo.svc:9080", "/reviews/0");
        Assert.True(toMesh is (200, "reviews", _), $"{toMesh}\n{Told()}");
        Assert.Contains("By=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews", toMesh.Body);
        Assert.Contains("URI=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", toMesh.Body);

        var toVm = await GetAsync($"{Plan.PodEgress}:9080", "ratings:9080", "/ratings/0", new StringContent("a body"));
        Assert.True(toVm is (200, "ratings", _), $"{toVm}\n{Told()}");
        Assert.Contains("By=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", toVm.Body);
        Assert.Contains("URI=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews", toVm.Body);
        Assert.EndsWith("a body", toVm.Body);
    }

    /// <summary>All logs, for whoever has to find out why a test failed.</summary>
    public string Told() => string.Join('\n', [
        .. Logs.Select(log => $"--- {log.Key}\n{log.Value}"), .. _parts.OfType<EnvoyProxy>().Select(envoy => $"--- Envoy\n{envoy.Log()}"), $"--- istiod\n{IstiodLog}"]);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var part in Enumerable.Reverse(_parts))
            await part.DisposeAsync();
        await Istiod.DisposeAsync();
        Client.Dispose();
        await Api.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ReadyAsync(int port, Task<int> running, string name)
    {
        using var http = new HttpClient();
        for (var deadline = DateTime.UtcNow.AddSeconds(30); ; await Task.Delay(20))
        {
            if (running.IsCompleted)
                await running;
            try
            {
                using var answer = await http.GetAsync($"http://127.0.0.1:{port}/healthz/ready");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not open yet.
            }

            Assert.True(DateTime.UtcNow < deadline, $"{name} is not ready:\n{Told()}");
        }
    }

    private sealed class Ending(Task running) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
