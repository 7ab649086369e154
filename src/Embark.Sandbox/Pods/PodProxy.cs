using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Pods;

/// <summary>The sidecar or gateway of one pod: agent and data plane, on the network of the pod's host.</summary>
internal sealed class PodProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ProxyRuntime _runtime;
    private readonly IstiodConnection[] _connections;
    private readonly Task _jobs;

    private PodProxy(ProxyRuntime runtime, IstiodConnection[] connections, Func<CancellationToken, Task> jobs)
    {
        (_runtime, _connections) = (runtime, connections);
        _jobs = jobs(_stop.Token);
    }

    /// <summary>True when configuration came.</summary>
    public bool IsReady => _runtime.HasConfiguration;

    /// <summary>The proxy's log and access log go to <paramref name="log"/>.</summary>
    public static async Task<PodProxy> StartAsync(PodSpec pod, string directory, KubernetesClient api, NewSocket newSocket, TextWriter log, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var root = await api.GetAsync(CoreKinds.ConfigMaps, pod.Namespace, "istio-ca-root-cert", cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(Path.Combine(directory, "root-cert.pem"), root!.Data!["root-cert.pem"], cancellationToken).ConfigureAwait(false);
        var token = await api.RequestTokenAsync(new NamespacedName(pod.Namespace, pod.ServiceAccount), "istio-ca", TimeSpan.FromHours(12), cancellationToken).ConfigureAwait(false);
        var tokenFile = Path.Combine(directory, "istio-token");
        await File.WriteAllBytesAsync(tokenFile, token.Token.Reveal().ToArray(), cancellationToken).ConfigureAwait(false);

        var mesh = await api.GetAsync(CoreKinds.ConfigMaps, "istio-system", "istio", cancellationToken).ConfigureAwait(false);
        var settings = Settings(pod, directory, tokenFile, ProxyConfig(mesh?.Data?.GetValueOrDefault("mesh")));
        var lines = new ProxyLog(log, clock);
        var files = new CertificateFiles(directory, clock);
        var certificates = new WorkloadCertificates();
        var runtime = await ProxyRuntime.StartAsync(certificates, log, lines, clock, newSocket, cancellationToken).ConfigureAwait(false);
        var ca = new IstiodConnection(settings, files, lines, clock, settings.CaAddress, forCa: true, newSocket);
        var xds = new IstiodConnection(settings, files, lines, clock, settings.DiscoveryAddress, forCa: false, newSocket);
        return new PodProxy(runtime, [ca, xds], stop => Task.WhenAll(new[]
        {
            runtime.Telemetry.RunAsync(settings, (host, stopped) => ServiceAddresses.FindAsync(api, host, stopped), stop),
            new CertificateAgent(settings, files, ca, certificates, lines, clock).RunAsync(stop),
            new AdsClient(settings, xds, NodeMetadata.For(settings), runtime, new HealthReports(), lines, clock).RunAsync(stop),
        }.Select(job => WatchedAsync(job, lines, stop))));
    }

    // A job that ends by itself has failed. Nobody waits for it before the pod ends, so it is told at once.
    private static async Task WatchedAsync(Task job, ProxyLog log, CancellationToken stop)
    {
        try
        {
            await job.ConfigureAwait(false);
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            log.Error("", $"a part of this proxy failed and does nothing more: {e}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _jobs.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        foreach (var connection in _connections)
            connection.Dispose();
        await _runtime.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    // What the injector gives a pod without packet capture.
    private static AgentSettings Settings(PodSpec pod, string directory, string tokenFile, JsonObject proxyConfig) => new()
    {
        Role = pod.IsGateway ? "router" : "sidecar",
        PodName = pod.Name,
        PodNamespace = pod.Namespace,
        ServiceAccount = pod.ServiceAccount,
        TrustDomain = "cluster.local",
        Addresses = [pod.Address],
        ClusterId = "Kubernetes",
        ProxyConfig = proxyConfig,
        DiscoveryAddress = MeshAddresses.Istiod,
        CaAddress = MeshAddresses.Istiod,
        IstiodSan = "istiod.istio-system.svc",
        EllipticKey = true, // a tenth of a second less for each pod; the VM's proxy has the usual RSA
        CertificateDirectory = directory,
        TokenFile = tokenFile,
        ServiceCluster = $"{pod.App}.{pod.Namespace}",
        Metadata = Metadata(pod),
    };

    // The mesh's defaults; istiod is found by its address, since pods here have no DNS.
    private static JsonObject ProxyConfig(string? mesh)
    {
        var config = mesh is not null && YamlText.ParseDocuments(mesh) is [{ } first, ..] && first["defaultConfig"] is JsonObject defaults ? (JsonObject)defaults.DeepClone() : [];
        config["discoveryAddress"] = MeshAddresses.Istiod;
        return config;
    }

    private static JsonObject Metadata(PodSpec pod)
    {
        var metadata = new JsonObject
        {
            ["CLUSTER_ID"] = "Kubernetes",
            ["INTERCEPTION_MODE"] = "NONE",
            ["NETWORK"] = MeshAddresses.ClusterNetwork,
            ["WORKLOAD_NAME"] = pod.App,
            ["MESH_ID"] = "cluster.local",
            ["LABELS"] = new JsonObject(pod.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))),
        };
        if (pod.IsGateway)
            metadata["REQUESTED_NETWORK_VIEW"] = MeshAddresses.ClusterNetwork;
        return metadata;
    }
}
