using System.Collections;
using System.Net;
using System.Text;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Istiod;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Admin;
using Embark.Sandbox.Proxy.Agent;
using Microsoft.AspNetCore.Http;
using SandboxApi = Embark.Sandbox.ApiServer.ApiServer;

namespace Embark.Sandbox.Tests.Mesh;

/// <summary>A whole mesh on loopback addresses: API server, istiod, VM gateway, a pod and a VM with their proxies and applications.</summary>
internal sealed class LoopbackMesh : IAsyncDisposable
{
    public const string VmAddress = "127.1.0.2";
    public const string PodAddress = "127.1.0.12";
    public const string GatewayAddress = "127.1.100.1";

    private readonly List<IAsyncDisposable> _parts = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("embark-mesh-").FullName;

    public required SandboxApi Api { get; init; }

    public required KubernetesClient Client { get; init; }

    public IstiodServer Istiod { get; private set; } = null!;

    public StringWriter IstiodLog { get; } = new();

    /// <summary>Logs of the proxies, by name.</summary>
    public Dictionary<string, StringBuilder> Logs { get; } = [];

    public static async Task<LoopbackMesh> StartAsync(string yaml, CancellationToken cancellationToken)
    {
        var api = await SandboxApi.StartAsync(new ApiServerOptions { Yaml = [Objects, yaml] }, cancellationToken);
        var kubeconfig = Path.Combine(Directory.CreateTempSubdirectory("embark-kube-").FullName, "config");
        await File.WriteAllTextAsync(kubeconfig, api.KubeconfigFor("admin"), cancellationToken);
        File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead);
        var client = KubernetesClient.Connect(Embark.Kubernetes.Kubeconfig.Load(new KubeconfigOptions { File = kubeconfig }), KubernetesClientOptions.Default);
        var mesh = new LoopbackMesh { Api = api, Client = client };
        mesh.Istiod = await IstiodServer.StartAsync(client, new IstiodOptions { Address = new IPEndPoint(IPAddress.Loopback, 0), Log = TextWriter.Synchronized(mesh.IstiodLog) }, cancellationToken);
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

    /// <summary>A proxy whose four own ports lie at <paramref name="ports"/> and above.</summary>
    public async Task<Task<int>> ProxyAsync(string role, string name, string ns, string account, string address, int ports, params (string Name, string Value)[] more)
    {
        var certs = Path.Combine(_folder, name);
        Directory.CreateDirectory(certs);
        var root = (await Client.GetAsync(CoreKinds.ConfigMaps, ns, "istio-ca-root-cert", CancellationToken.None))!.Data!["root-cert.pem"];
        await File.WriteAllTextAsync(Path.Combine(certs, "root-cert.pem"), root);
        var token = await Client.RequestTokenAsync(new NamespacedName(ns, account), "istio-ca", TimeSpan.FromHours(1), CancellationToken.None);
        var tokenFile = Path.Combine(certs, "token");
        await File.WriteAllBytesAsync(tokenFile, token.Token.Reveal().ToArray());
        var environment = new Hashtable
        {
            ["POD_NAME"] = name,
            ["POD_NAMESPACE"] = ns,
            ["SERVICE_ACCOUNT"] = account,
            ["INSTANCE_IP"] = address,
            ["PROV_CERT"] = certs,
            ["OUTPUT_CERTS"] = certs,
            ["ISTIOD_SAN"] = "istiod.istio-system.svc",
            ["ISTIO_META_CLUSTER_ID"] = "Kubernetes",
            ["ISTIO_META_INTERCEPTION_MODE"] = "NONE",
            ["PROXY_CONFIG"] = $$"""{"discoveryAddress":"127.0.0.1:{{Istiod.Address.Port}}","proxyAdminPort":{{ports}},"statusPort":{{ports + 1}},"terminationDrainDuration":"1s"}""",
            ["ENVOY_STATUS_PORT"] = $"{ports + 2}",
            ["ENVOY_PROMETHEUS_PORT"] = $"{ports + 3}",
        };
        foreach (var (key, value) in more)
            environment[key] = value;
        var settings = AgentSettings.From(role, environment, []) with { TokenFile = tokenFile };
        var text = Logs[name] = new StringBuilder();
        var log = new ProxyLog(TextWriter.Synchronized(new StringWriter(text)), TimeProvider.System, debug: true);
        var running = new ProxyProcess(settings, TextWriter.Null, log, TimeProvider.System).RunAsync(_stop.Token);
        _parts.Add(new Ending(running));
        await ReadyAsync(ports + 2, running, name);
        return running;
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

            Assert.True(DateTime.UtcNow < deadline, $"{name} is not ready:\n{Logs[name]}\nistiod:\n{IstiodLog}");
        }
    }

    private sealed class Ending(Task running) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await running.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private const string Objects = $$$"""
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: ratings-vm, namespace: bookinfo}
        spec: {address: {{{VmAddress}}}, labels: {class: vm, app: ratings, version: v3}, serviceAccount: bookinfo-ratings, network: vm-us-central1-a}
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: bookinfo-ratings-no-iptables, namespace: bookinfo}
        spec:
          workloadSelector: {labels: {app: ratings, class: vm}}
          ingress: [{port: {number: 9080, protocol: HTTP, name: http}, bind: {{{VmAddress}}}, defaultEndpoint: "127.0.0.1:29080"}]
          egress: [{bind: 127.0.0.2, hosts: ["./*"]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: Sidecar
        metadata: {name: reviews-no-iptables, namespace: bookinfo}
        spec:
          workloadSelector: {labels: {app: reviews}}
          ingress: [{port: {number: 9080, protocol: HTTP, name: http}, bind: {{{PodAddress}}}, defaultEndpoint: "127.0.0.1:29081"}]
          egress: [{bind: 127.0.0.3, hosts: ["./*"]}]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: reviews-x, namespace: bookinfo, labels: {kubernetes.io/service-name: reviews}}
        addressType: IPv4
        endpoints: [{addresses: [{{{PodAddress}}}], conditions: {ready: true, serving: true}, targetRef: {kind: Pod, name: reviews-loop, namespace: bookinfo}, nodeName: node-1}]
        ports: [{name: http, port: 9080, protocol: TCP}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: reviews-loop, namespace: bookinfo, labels: {app: reviews, version: v1, security.istio.io/tlsMode: istio}}
        spec: {nodeName: node-1, serviceAccountName: bookinfo-reviews, containers: [{name: reviews, image: reviews}]}
        status: {phase: Running, podIP: {{{PodAddress}}}, podIPs: [{ip: {{{PodAddress}}}}], conditions: [{type: Ready, status: "True"}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: vmgateway, namespace: istio-system, labels: {app: vmgateway, istio: vmgateway, topology.istio.io/network: cluster-net}}
        spec: {type: LoadBalancer, ports: [{name: tls, port: 15443}, {name: tls-istiod, port: 15012}], selector: {istio: vmgateway}}
        status: {loadBalancer: {ingress: [{ip: {{{GatewayAddress}}}}]}}
        """;
}
