using System.Text;
using System.Text.Json.Nodes;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>One proxy of the sandbox on another host's network, as the recorded mesh had one there.</summary>
internal sealed class RecordedProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly IstiodConnection[] _connections;
    private readonly Task _jobs;

    private RecordedProxy(ProxyRuntime runtime, IstiodConnection[] connections, Func<CancellationToken, Task> jobs, StringBuilder log)
    {
        (Runtime, _connections, Log) = (runtime, connections, log);
        _jobs = jobs(_stop.Token);
    }

    public ProxyRuntime Runtime { get; }

    public StringBuilder Log { get; }

    /// <param name="role">sidecar or router.</param>
    /// <param name="address">Its own, by which the recording is found.</param>
    /// <param name="identity">What its certificate is to say.</param>
    /// <param name="istiod">Where it finds istiod.</param>
    /// <param name="rootPem">Trusted before the first certificate.</param>
    /// <param name="newSocket">The network.</param>
    /// <param name="folder">For its files.</param>
    public static async Task<RecordedProxy> StartAsync(
        string role, string address, MeshIdentity identity, string istiod, string rootPem, NewSocket newSocket, string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "root-cert.pem"), rootPem);
        await File.WriteAllTextAsync(Path.Combine(folder, "token"), identity.ToString());
        var settings = new AgentSettings
        {
            Role = role, PodName = identity.ServiceAccount, PodNamespace = identity.Namespace, ServiceAccount = identity.ServiceAccount, TrustDomain = "cluster.local",
            Addresses = [address], ClusterId = "Kubernetes", ProxyConfig = new JsonObject(), DiscoveryAddress = istiod, CaAddress = istiod,
            IstiodSan = "istiod.istio-system.svc", CertificateDirectory = folder, TokenFile = Path.Combine(folder, "token"), ServiceCluster = "any", Metadata = [],
        };
        var text = new StringBuilder();
        var log = new ProxyLog(TextWriter.Synchronized(new StringWriter(text)), TimeProvider.System, debug: true);
        var certificates = new WorkloadCertificates();
        var runtime = await ProxyRuntime.StartAsync(certificates, TextWriter.Null, log, TimeProvider.System, newSocket, CancellationToken.None);
        var files = new CertificateFiles(folder, TimeProvider.System);
        var ca = new IstiodConnection(settings, files, log, TimeProvider.System, istiod, forCa: true, newSocket);
        var xds = new IstiodConnection(settings, files, log, TimeProvider.System, istiod, forCa: false, newSocket);
        return new RecordedProxy(runtime, [ca, xds], stop => Task.WhenAll(
            new CertificateAgent(settings, files, ca, certificates, log, TimeProvider.System).RunAsync(stop),
            new AdsClient(settings, xds, NodeMetadata.For(settings), runtime, new HealthReports(), log, TimeProvider.System).RunAsync(stop)), text);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _jobs.ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (var connection in _connections)
            connection.Dispose();
        await Runtime.DisposeAsync();
        _stop.Dispose();
    }
}
