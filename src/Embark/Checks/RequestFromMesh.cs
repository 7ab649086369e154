using System.Globalization;
using Embark.Planning;

namespace Embark.Checks;

/// <summary>The way from the mesh to the VM: a workload of the mesh is asked for something that needs the VM, and the VM's own counter must rise.</summary>
internal sealed class RequestFromMesh(ProofOptions options, TimeProvider clock)
{
    /// <summary>A service may have other workloads than the VM: each request may go to another.</summary>
    private const int Tries = 6;

    private const string NoUrl = "give the URL of a workload in the mesh that calls the VM: --from URL";

    /// <param name="before">The VM before the first request.</param>
    /// <param name="look">Looks at the VM again.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CheckResult> TryAsync(ProxyReading before, Func<CancellationToken, Task<ProxyReading>> look, CancellationToken cancellationToken)
    {
        if (options.From is not { } url) return await WatchAsync(before, look, cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(10) };
        var deadline = clock.GetUtcNow() + options.Patience;
        var said = "";
        while (true)
        {
            said = await AskAsync(client, url, cancellationToken);
            if (said.Length == 0 || clock.GetUtcNow() >= deadline) break;
            await Task.Delay(TimeSpan.FromMilliseconds(500), clock, cancellationToken);
        }
        if (said.Length > 0) return CheckResult.Failed(Titles.FromMesh, $"GET {url}: {said}", "see that the workload behind the URL can reach the VM's address and port (spec.address, firewall), and that istiod holds the VM for healthy");

        for (var tries = 1; ; tries++)
        {
            var after = await look(cancellationToken);
            if (after.InboundRequests is null) return CheckResult.Ok(Titles.FromMesh, $"GET {url}: 200 (the VM's counters cannot be read)");
            if (after.InboundRequests > (before.InboundRequests ?? 0))
                return CheckResult.Ok(Titles.FromMesh, string.Create(CultureInfo.InvariantCulture, $"GET {url}: 200, the VM's inbound requests rose from {before.InboundRequests ?? 0} to {after.InboundRequests}"));
            if (tries >= Tries) return CheckResult.Failed(Titles.FromMesh, $"GET {url}: 200, but no request reached the VM: another workload answers, or none is asked", "give a URL whose answer needs this VM");
            for (var request = 0; request < tries; request++) await AskAsync(client, url, cancellationToken);
        }
    }

    private async Task<CheckResult> WatchAsync(ProxyReading before, Func<CancellationToken, Task<ProxyReading>> look, CancellationToken cancellationToken)
    {
        var until = clock.GetUtcNow() + options.CounterWatch;
        while (true)
        {
            var after = await look(cancellationToken);
            if (after.InboundRequests is { } now && now > (before.InboundRequests ?? 0))
                return CheckResult.Ok(Titles.FromMesh, string.Create(CultureInfo.InvariantCulture, $"the VM's inbound requests rose from {before.InboundRequests ?? 0} to {now} while it was watched"));
            if (clock.GetUtcNow() >= until)
                return CheckResult.Warning(Titles.FromMesh, string.Create(CultureInfo.InvariantCulture, $"not proved: no request from the mesh was seen in {options.CounterWatch.TotalSeconds:0} s"), NoUrl);
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
        }
    }

    /// <summary>Empty when it was answered well; else what was wrong.</summary>
    private static async Task<string> AskAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseContentRead, cancellationToken);
            return answer.IsSuccessStatusCode ? "" : ((int)answer.StatusCode).ToText();
        }
        catch (HttpRequestException e)
        {
            return Printable.Text(e.Message);
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer within 10 s";
        }
    }
}
