using System.Diagnostics;
using System.Globalization;
using System.Text;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Agent;
using Embark.Sandbox.Proxy.Tls;
using Microsoft.AspNetCore.Builder;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>A stock Envoy as the data plane of one member of the mesh: certificate of our CA, configuration of our discovery.</summary>
internal sealed class EnvoyProxy : IAsyncDisposable
{
    private readonly AgentSettings _settings;
    private readonly WebApplication _secrets;
    private readonly Process _process;
    private readonly StringBuilder _log;
    private readonly HttpClient _admin;

    private EnvoyProxy(AgentSettings settings, WebApplication secrets, Process process, StringBuilder log)
    {
        (_settings, _secrets, _process, _log) = (settings, secrets, process, log);
        _admin = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{settings.AdminPort}") };
    }

    public static async Task<EnvoyProxy> StartAsync(AgentSettings settings, string api, CancellationToken cancellationToken)
    {
        var binary = EnvoyBinary.Path;
        await FetchCertificateAsync(settings, cancellationToken);
        var folder = settings.CertificateDirectory;
        var secrets = await SecretServer.StartAsync(Path.Combine(folder, "sds"), folder, cancellationToken);
        var bootstrap = Path.Combine(folder, "envoy.json");
        await File.WriteAllTextAsync(bootstrap, EnvoyBootstrap.For(settings, api, Path.Combine(folder, "sds")), cancellationToken);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(binary, ["-c", bootstrap, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"])
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            },
        };
        var log = new StringBuilder();
        process.ErrorDataReceived += Keep;
        process.OutputDataReceived += Keep;
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return new EnvoyProxy(settings, secrets, process, log);

        void Keep(object _, DataReceivedEventArgs line)
        {
            lock (log)
                log.AppendLine(line.Data);
        }
    }

    public string Log()
    {
        lock (_log)
            return _log.ToString();
    }

    /// <summary>A counter or gauge; 0 when Envoy has none of that name.</summary>
    public async Task<long> StatAsync(string name)
    {
        var text = await _admin.GetStringAsync($"/stats?filter=^{name.Replace(".", "\\.", StringComparison.Ordinal)}$");
        return text.Split(": ") is [_, var value] ? long.Parse(value, CultureInfo.InvariantCulture) : 0;
    }

    /// <summary>Waits until clusters and listeners were taken and nothing is warming.</summary>
    public async Task ReadyAsync(Func<string> told)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(60); ; await Task.Delay(50))
        {
            try
            {
                if (await StatAsync("cluster_manager.cds.update_success") > 0 && await StatAsync("listener_manager.lds.update_success") > 0
                    && await StatAsync("listener_manager.total_listeners_warming") == 0 && await StatAsync("listener_manager.total_listeners_active") > 0
                    && await StatAsync("cluster_manager.warming_clusters") == 0)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not open yet.
            }

            Assert.True(DateTime.UtcNow < deadline && !_process.HasExited, $"Envoy for {_settings.PodName} is not ready:\n{told()}\n{Log()}");
        }
    }

    /// <summary>Nothing of what came was refused.</summary>
    public async Task AssertNothingRefusedAsync()
    {
        var rejected = await _admin.GetStringAsync("/stats?filter=update_rejected$");
        Assert.Contains("listener_manager.lds.update_rejected: 0", rejected);
        Assert.All(rejected.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.EndsWith(": 0", line));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _admin.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _secrets.StopAsync(now.Token);
        await _secrets.DisposeAsync();
    }

    // The agent's own way to a certificate, once.
    private static async Task FetchCertificateAsync(AgentSettings settings, CancellationToken cancellationToken)
    {
        var text = new StringWriter();
        var log = new ProxyLog(TextWriter.Synchronized(text), TimeProvider.System);
        var files = new CertificateFiles(settings.CertificateDirectory, TimeProvider.System);
        var certificates = new WorkloadCertificates();
        using var ca = new IstiodConnection(settings, files, log, TimeProvider.System, settings.CaAddress, forCa: true, OwnNetwork.NewSocket);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var agent = new CertificateAgent(settings, files, ca, certificates, log, TimeProvider.System).RunAsync(stop.Token);
        await certificates.First.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken);
        while (!File.Exists(Path.Combine(settings.CertificateDirectory, "cert-chain.pem")))
            await Task.Delay(5, cancellationToken);
        await stop.CancelAsync();
        await agent.ContinueWith(_ => { }, TaskScheduler.Default);
    }
}
