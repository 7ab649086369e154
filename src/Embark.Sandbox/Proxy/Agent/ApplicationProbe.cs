using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>ProxyConfig.readinessProbe: asks the application through the VM's own inbound listener, as pilot-agent does.</summary>
internal sealed class ApplicationProbe(JsonObject probe, string address, Readiness proxy, HealthReports reports, ProxyLog log, TimeProvider clock)
{
    private readonly TimeSpan _period = Seconds(probe, "periodSeconds", 10);
    private readonly TimeSpan _timeout = Seconds(probe, "timeoutSeconds", 1);
    private readonly int _successes = probe["successThreshold"]?.GetValue<int>() ?? 1;
    private readonly int _failures = probe["failureThreshold"]?.GetValue<int>() ?? 1;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = _timeout };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("istio-probe/1.0");
        await Task.Delay(Seconds(probe, "initialDelaySeconds", 0), clock, cancellationToken).ConfigureAwait(false);
        for (var (good, bad) = (0, 0); ; await Task.Delay(_period, clock, cancellationToken).ConfigureAwait(false))
        {
            var problem = proxy.HasBeen ? await AskAsync(http, cancellationToken).ConfigureAwait(false) : "config not received from XDS server (is Istiod running?)";
            (good, bad) = problem is null ? (good + 1, 0) : (0, bad + 1);
            if (problem is null && good >= _successes && reports.Healthy != true)
            {
                log.Info("healthcheck", "success threshold hit, marking as healthy");
                reports.Report(true, "");
            }
            else if (problem is not null && bad >= _failures && reports.Healthy != false)
            {
                log.Info("healthcheck", $"failure threshold hit, marking as unhealthy: {problem}");
                reports.Report(false, problem);
            }
        }
    }

    private async Task<string?> AskAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            if (probe["httpGet"] is JsonObject get)
            {
                var host = get["host"]?.GetValue<string>() is { Length: > 0 } given ? given : address;
                var uri = new UriBuilder(get["scheme"]?.GetValue<string>().ToLowerInvariant() ?? "http", host, get["port"]!.GetValue<int>(), get["path"]?.GetValue<string>() ?? "/").Uri;
                using var answer = await http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
                return (int)answer.StatusCode is >= 200 and < 400 ? null : $"status code was not from [200,400), bad code {(int)answer.StatusCode}";
            }

            if (probe["tcpSocket"] is JsonObject tcp)
            {
                using var client = new TcpClient();
                await client.ConnectAsync(tcp["host"]?.GetValue<string>() ?? address, tcp["port"]!.GetValue<int>(), cancellationToken).AsTask().WaitAsync(_timeout, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or TimeoutException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return e is HttpRequestException ? $"failed to get probe: {e.Message}" : $"probe failed: {e.Message}";
        }
    }

    private static TimeSpan Seconds(JsonObject probe, string name, int fallback) => TimeSpan.FromSeconds(probe[name]?.GetValue<int>() ?? fallback);
}
