using System.Net;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy;

/// <summary>
/// One proxy from its start to its end, agent and data plane in one process: what a container of istio/proxyv2 does,
/// with the same environment, files, ports and words.
/// </summary>
internal sealed class ProxyProcess(AgentSettings settings, TextWriter output, ProxyLog log, TimeProvider clock)
{
    /// <summary>Serves until <paramref name="stop"/>, then drains; the result is the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        log.Info("", $"Proxy role\tips=[{string.Join(' ', settings.Addresses)}] type={settings.Role} id={settings.PodName}.{settings.PodNamespace} domain={settings.PodNamespace}.svc.cluster.local");
        log.Info("", $"Apply proxy config from env {settings.ProxyConfig.ToJsonString()}");
        log.Info("", "JWT policy is third-party-jwt");
        log.Info("", $"using credential fetcher of JWT type in {settings.TrustDomain} trust domain");
        var files = new CertificateFiles(settings.CertificateDirectory, clock);
        files.RequireRoot(settings.CaAddress);
        log.Info("", $"Using CA {settings.CaAddress} cert with certs: {files.RootPath}");

        var certificates = new WorkloadCertificates();
        await using var runtime = await ProxyRuntime.StartAsync(certificates, output, log, clock, OwnNetwork.NewSocket, stop).ConfigureAwait(false);
        var readiness = new Readiness(runtime, log);
        var health = new HealthReports();
        log.Info("", $"Opening status port {settings.StatusPort}");
        await using var ports = await ProxyPorts.OpenAsync(settings, runtime, certificates, readiness, clock, log, stop).ConfigureAwait(false);
        log.Info("", "Starting proxy agent");

        using var ca = new IstiodConnection(settings, files, log, clock, settings.CaAddress, forCa: true, OwnNetwork.NewSocket);
        using var xds = new IstiodConnection(settings, files, log, clock, settings.DiscoveryAddress, forCa: false, OwnNetwork.NewSocket);
        using var work = new CancellationTokenSource();
        List<Task> jobs =
        [
            new CertificateAgent(settings, files, ca, certificates, log, clock).RunAsync(work.Token),
            new AdsClient(settings, xds, NodeMetadata.For(settings), runtime, health, log, clock).RunAsync(work.Token),
            ports.OpenReadinessWhenConfiguredAsync(work.Token),
            runtime.Telemetry.RunAsync(settings, async (host, stopped) => await Dns.GetHostAddressesAsync(host, stopped).ConfigureAwait(false), work.Token),
        ];
        if (settings.ProxyConfig["readinessProbe"] is System.Text.Json.Nodes.JsonObject probe)
            jobs.Add(new ApplicationProbe(probe, settings.Addresses[0], readiness, health, log, clock).RunAsync(work.Token));

        var ended = await Task.WhenAny([.. jobs, ports.Quit, Task.Delay(Timeout.Infinite, stop)]).ConfigureAwait(false);
        if (jobs.Contains(ended))
            await ended.ConfigureAwait(false); // a job that ends by itself has failed
        await DrainAsync(runtime, readiness, ports).ConfigureAwait(false);
        await work.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(jobs).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        return 0;
    }

    // New connections are still taken: whoever balances needs time to hear that this proxy goes.
    private async Task DrainAsync(ProxyRuntime runtime, Readiness readiness, ProxyPorts ports)
    {
        log.Info("", "Agent draining Proxy for termination");
        log.Info("", $"Graceful termination period is {settings.TerminationDrain.TotalSeconds:0}s, starting...");
        readiness.Terminating = true;
        await ports.CloseStatusAsync().ConfigureAwait(false);
        runtime.BeginDrain();
        await Task.Delay(settings.TerminationDrain, clock).ConfigureAwait(false);
        log.Info("", "Graceful termination period complete, terminating remaining proxies.");
    }
}
