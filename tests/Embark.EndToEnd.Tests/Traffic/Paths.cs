using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>Which ways traffic takes: from the VM through the gateway's port 15443 alone.</summary>
public sealed class Paths(MeshWorld world) : IClassFixture<MeshWorld>
{
    [Fact(Timeout = 300_000)]
    public async Task No_pod_address_answers_the_VM()
    {
        world.NeedRoot();
        string[] pods = ["10.4.0.2:15012", "10.4.0.12:9080", "10.4.0.13:9080", "10.4.0.14:9080", "10.4.0.22:9080", "10.4.0.32:9080", "10.4.0.12:22", "10.4.0.1:15012"];
        foreach (var pod in pods) Assert.False(await AnswersAsync(pod), $"{pod} answers the VM");
        // The same question, where an answer must come.
        Assert.True(await AnswersAsync("10.4.100.1:15443"));
        Assert.True(await AnswersAsync("10.4.100.1:15012"));
    }

    [Fact(Timeout = 300_000)]
    public async Task Traffic_to_the_mesh_flows_only_by_15443()
    {
        world.NeedRoot();
        if (!File.Exists("/usr/sbin/nft")) Assert.Skip("needs nft");
        await world.JoinAsync();
        Assert.Equal("200", await ReviewsAsync());
        // Besides SSH, what is on the VM itself and the callers of its port, the only peer is the gateway.
        var peers = (await world.RootAsync("ss -Htn state established | awk '{ print $3, $4 }' | sed 's/\\[::ffff:\\([0-9.]*\\)\\]/\\1/g'")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ')).Where(pair => !pair[0].EndsWith(":22", StringComparison.Ordinal) && !pair[1].StartsWith("127.", StringComparison.Ordinal))
            .Where(pair => !pair[0].EndsWith(":9080", StringComparison.Ordinal)).Select(pair => pair[1]).Distinct().ToList();
        Assert.All(peers, peer => Assert.StartsWith("10.4.100.1:", peer, StringComparison.Ordinal));
        Assert.Contains("10.4.100.1:15443", peers);

        await world.RootAsync("nft add table ip paths; nft 'add chain ip paths out { type filter hook output priority 0; }'; nft add rule ip paths out tcp dport 15443 reject with tcp reset");
        try
        {
            await Wait.UntilAsync("without 15443 there is no answer", async () => await ReviewsAsync() == "503");
        }
        finally
        {
            await world.RootAsync("nft delete table ip paths");
        }
        await Wait.UntilAsync("it flows again", async () => await ReviewsAsync() == "200");
    }

    [Fact(Timeout = 300_000)]
    public async Task Only_workload_stops_and_comes_back()
    {
        world.NeedRoot();
        await world.JoinAsync();
        await world.JoinedAsync();

        await world.RootAsync("docker stop istio-proxy");
        await Wait.UntilAsync("pods get 503", async () => await world.RatingsAsync() == 503);
        await Wait.UntilAsync("the entry shows disconnectedAt", () => Task.FromResult(world.AnnotationOf("istio.io/disconnectedAt") is not null));
        Assert.Null(world.AnnotationOf("istio.io/connectedAt"));
        // After the grace period nobody holds it for healthy any more.
        await Wait.UntilAsync("the Healthy condition is gone", () => Task.FromResult(world.Healthy is null));
        Assert.Equal(503, await world.RatingsAsync());

        await world.RootAsync("docker start istio-proxy");
        await Wait.UntilAsync("the proxy is ready", () => AnswersAsync("127.0.0.1:15021"));
        var took = await world.JoinedAsync();
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"traffic {took.TotalSeconds:0.00} s after ready (limit 2 s)"));
        Assert.True(took < TimeSpan.FromSeconds(20), took.ToString());
        Assert.NotNull(world.AnnotationOf("istio.io/connectedAt"));
        Assert.Null(world.AnnotationOf("istio.io/disconnectedAt"));
    }

    private async Task<string> ReviewsAsync() =>
        await world.RootAsync("curl -s -m 10 -o /dev/null -w '%{http_code}' -H 'Host: reviews.bookinfo.svc:9080' http://127.0.0.2:9080/reviews/0 || true");

    private async Task<bool> AnswersAsync(string address)
    {
        using var socket = world.VmSockets.New(AddressFamily.InterNetwork);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse(address), limit.Token);
            return true;
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            return false;
        }
    }
}
