using System.Globalization;
using Embark.Planning;

namespace Embark.Checks;

/// <summary>The way from the mesh to the VM: a workload of the mesh is asked for something that needs the VM, and the VM's own counter must rise.</summary>
/// <param name="options">What is asked, and for how long.</param>
/// <param name="probePeriod">How often the agent probes the application through the proxy, which counts as well; null for never.</param>
/// <param name="clock">For deadlines.</param>
internal sealed class RequestFromMesh(ProofOptions options, TimeSpan? probePeriod, TimeProvider clock)
{
    /// <summary>A service may have other workloads than the VM: each request may go to another.</summary>
    private const int Rounds = 4;

    /// <param name="before">The VM before the first request.</param>
    /// <param name="look">Looks at the VM again.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<CheckResult> TryAsync(ProxyReading before, Func<CancellationToken, Task<ProxyReading>> look, CancellationToken cancellationToken)
    {
        if (options.From is not { } url) return await WatchAsync(before, look, cancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10) };
        var deadline = clock.GetUtcNow() + options.Patience;
        while (await AskAsync(client, url, cancellationToken) is { } refusal)
        {
            if (clock.GetUtcNow() >= deadline)
                return CheckResult.Failed(Titles.FromMesh, $"GET {url}: {refusal}", "see that the workload behind the URL reaches the VM's address and port (spec.address, firewall), and that istiod holds the VM for healthy");
            await Task.Delay(TimeSpan.FromMilliseconds(500), clock, cancellationToken);
        }

        for (var round = 1; ; round++)
        {
            var after = await look(cancellationToken);
            if (after.InboundRequests is null) return CheckResult.Ok(Titles.FromMesh, $"GET {url}: answered (the VM's counters cannot be read)");
            if (Rise(before, after) is > 0 and var requests)
                return CheckResult.Ok(Titles.FromMesh, string.Create(CultureInfo.InvariantCulture, $"GET {url}: answered, and the VM served at least {requests} request{(requests == 1 ? "" : "s")}"));
            if (round > Rounds) return CheckResult.Failed(Titles.FromMesh, $"GET {url}: answered, but no request reached the VM: another workload answers, or none is asked", "give a URL whose answer needs this VM");
            before = after;
            for (var request = 0; request < 10 * round; request++) await AskAsync(client, url, cancellationToken);
        }
    }

    private async Task<CheckResult> WatchAsync(ProxyReading before, Func<CancellationToken, Task<ProxyReading>> look, CancellationToken cancellationToken)
    {
        await Task.Delay(options.CounterWatch, clock, cancellationToken);
        var after = await look(cancellationToken);
        return Rise(before, after) is > 0 and var requests
            ? CheckResult.Ok(Titles.FromMesh, string.Create(CultureInfo.InvariantCulture, $"the VM served at least {requests} requests in the {(after.Clock - before.Clock).TotalSeconds:0} s it was watched"))
            : CheckResult.Warning(Titles.FromMesh, string.Create(CultureInfo.InvariantCulture, $"not proved: no request from the mesh was seen in {options.CounterWatch.TotalSeconds:0} s"),
                "give the URL of a workload in the mesh that calls the VM: --from URL");
    }

    /// <summary>Requests that cannot have been probes: what was counted, less what the agent may have asked in that time.</summary>
    private long Rise(ProxyReading before, ProxyReading after)
    {
        // The VM's clock is read in whole seconds.
        var probes = probePeriod is { } period ? (long)Math.Ceiling(((after.Clock - before.Clock).TotalSeconds + 2) / Math.Max(period.TotalSeconds, 1)) + 1 : 0;
        return (after.InboundRequests ?? 0) - (before.InboundRequests ?? 0) - probes;
    }

    /// <summary>Null when it was answered well; else what was wrong.</summary>
    private static async Task<string?> AskAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseContentRead, cancellationToken);
            return answer.IsSuccessStatusCode ? null : ((int)answer.StatusCode).ToText();
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
