using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Istiod;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Tls;
using SandboxApi = Embark.Sandbox.ApiServer.ApiServer;

namespace Embark.Sandbox.Tests.Mesh;

/// <summary>An API server, an istiod and the agent of one VM, all by a clock that can be put forward.</summary>
internal sealed class CertificateWorld : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("embark-certs-").FullName;
    private readonly StringBuilder _log = new();
    private readonly List<(CancellationTokenSource Stop, IstiodConnection Connection, Task Running)> _agents = [];
    private SandboxApi _api = null!;
    private KubernetesClient _client = null!;
    private IstiodServer? _istiod;
    private int _port;

    public ShiftedClock Clock { get; } = new();

    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    public string TokenFile => Path.Combine(_folder, "token");

    public string File(string name) => Path.Combine(_folder, "certs", name);

    public static async Task<CertificateWorld> StartAsync(CancellationToken cancellationToken)
    {
        var world = new CertificateWorld();
        world._api = await SandboxApi.StartAsync(new ApiServerOptions { Clock = world.Clock }, cancellationToken);
        var kubeconfig = Path.Combine(world._folder, "config");
        await System.IO.File.WriteAllTextAsync(kubeconfig, world._api.KubeconfigFor("admin"), cancellationToken);
        System.IO.File.SetUnixFileMode(kubeconfig, UnixFileMode.UserRead);
        world._client = KubernetesClient.Connect(Embark.Kubernetes.Kubeconfig.Load(new KubeconfigOptions { File = kubeconfig }), KubernetesClientOptions.Default);
        await world.StartIstiodAsync(cancellationToken);
        Directory.CreateDirectory(world.File(""));
        var root = await world._client.GetAsync(CoreKinds.ConfigMaps, "bookinfo", "istio-ca-root-cert", cancellationToken);
        await System.IO.File.WriteAllTextAsync(world.File("root-cert.pem"), root!.Data!["root-cert.pem"], cancellationToken);
        var token = await world._client.RequestTokenAsync(new NamespacedName("bookinfo", "bookinfo-ratings"), "istio-ca", TimeSpan.FromHours(1), cancellationToken);
        await System.IO.File.WriteAllBytesAsync(world.TokenFile, token.Token.Reveal().ToArray(), cancellationToken);
        return world;
    }

    public async Task StartIstiodAsync(CancellationToken cancellationToken)
    {
        _istiod = await IstiodServer.StartAsync(_client, new IstiodOptions { Address = new IPEndPoint(IPAddress.Loopback, _port), Clock = Clock }, cancellationToken);
        _port = _istiod.Address.Port;
    }

    public async Task StopIstiodAsync()
    {
        if (_istiod is not null)
            await _istiod.DisposeAsync();
        _istiod = null;
    }

    /// <summary>An agent that asks for certificates of one hour.</summary>
    public WorkloadCertificates StartAgent(bool ellipticKey = false)
    {
        var settings = new AgentSettings
        {
            Role = "sidecar", PodName = "ratings-vm", PodNamespace = "bookinfo", ServiceAccount = "bookinfo-ratings", TrustDomain = "cluster.local",
            Addresses = ["127.0.0.1"], ClusterId = "Kubernetes", ProxyConfig = new JsonObject(), DiscoveryAddress = $"127.0.0.1:{_port}", CaAddress = $"127.0.0.1:{_port}",
            IstiodSan = "istiod.istio-system.svc", CertificateDirectory = File(""), TokenFile = TokenFile, ServiceCluster = "any", Metadata = [], SecretLifetime = TimeSpan.FromHours(1), EllipticKey = ellipticKey,
        };
        var log = new ProxyLog(new Locked(_log), Clock);
        var files = new CertificateFiles(settings.CertificateDirectory, Clock);
        var certificates = new WorkloadCertificates();
        var connection = new IstiodConnection(settings, files, log, Clock, settings.CaAddress, forCa: true, OwnNetwork.NewSocket);
        var stop = new CancellationTokenSource();
        _agents.Add((stop, connection, new CertificateAgent(settings, files, connection, certificates, log, Clock).RunAsync(stop.Token)));
        return certificates;
    }

    public async Task StopAgentsAsync()
    {
        foreach (var (stop, connection, running) in _agents)
        {
            await stop.CancelAsync();
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
            connection.Dispose();
            stop.Dispose();
        }

        _agents.Clear();
    }

    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); !condition(); await Task.Delay(10))
            Assert.True(DateTime.UtcNow < deadline, otherwise());
    }

    public async ValueTask DisposeAsync()
    {
        await StopAgentsAsync();
        await StopIstiodAsync();
        _client.Dispose();
        await _api.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Locked(StringBuilder text) : StringWriter(text)
    {
        public override void WriteLine(string? value)
        {
            lock (GetStringBuilder())
                base.WriteLine(value);
        }
    }
}
