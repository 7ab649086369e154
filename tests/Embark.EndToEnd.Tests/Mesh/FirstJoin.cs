using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>The guide's example from a WorkloadEntry to a running container.</summary>
public sealed class FirstJoin(World world) : IClassFixture<World>
{
    private static readonly string[] RealRun =
    [
        "[SSH client] connecting to istio-proxy@10.128.0.2:22",
        "[SSH client] executing a command remotely: mkdir -p /etc/istio-proxy",
        "[SSH client] executing a command remotely: mkdir -p -m 0700 /etc/istio-proxy/tokens",
        "[SSH client] executing a command remotely: mkdir -p -m 0700 /etc/istio-proxy/certs",
        "[SSH client] copying into a remote file: /etc/istio-proxy/sidecar.env",
        "[SSH client] copying into a remote file: /etc/istio-proxy/istio-ca.pem",
        "[SSH client] copying into a remote file: /etc/istio-proxy/certs/root-cert.pem",
        "[SSH client] copying into a remote file: /etc/istio-proxy/tokens/istio-token",
    ];

    [Fact(Timeout = 180_000)]
    public async Task Dry_run_prints_every_step_and_asks_for_no_token()
    {
        world.Need();
        await world.CleanAsync();
        var run = await world.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "--start-istio-proxy", "--dry-run");

        run.ShouldEndWith(0);
        InOrder(run.Error, [.. RealRun.Select(Going), "docker pull ", "docker run -d --name istio-proxy ", "going to close connection", "if a proxy of Embark runs there already"]);
        Assert.Contains("<token: not requested in a dry run; service account bookinfo/bookinfo-ratings, audience istio-ca, 3600 s>", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
        Assert.DoesNotContain(world.Api.Log.Entries, entry => entry.Path.Contains("/token", StringComparison.Ordinal));

        static string Going(string line) => line.Replace("connecting", "going to connect", StringComparison.Ordinal)
            .Replace("executing", "going to execute", StringComparison.Ordinal).Replace("copying", "going to copy", StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Real_run_brings_the_container_up_and_a_second_run_changes_nothing()
    {
        world.Need();
        await world.CleanAsync();
        var first = await world.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "--start-istio-proxy");
        first.ShouldEndWith(0);
        // The directory is made with the user's account, so the first line may be left out.
        InOrder(first.Error, [RealRun[0], .. RealRun[2..], "docker pull ", "docker run -d --name istio-proxy ", "[SSH client] closing connection"]);
        Assert.Contains("istio-proxy", await world.RootAsync("docker ps --format '{{.Names}}'"), StringComparison.Ordinal);
        var before = await world.StateAsync();

        var second = await world.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "--start-istio-proxy");

        second.ShouldEndWith(0);
        Assert.Contains("[SSH client] nothing to change", second.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.StateAsync());
        Assert.Single(world.Api.Log.Entries, entry => entry.Path.Contains("/bookinfo-ratings/token", StringComparison.Ordinal));
    }

    [Fact(Timeout = 180_000)]
    public async Task Result_is_data_on_standard_output()
    {
        world.Need();
        await world.CleanAsync();
        var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof", "-o", "json");

        run.ShouldEndWith(0);
        var report = JsonNode.Parse(run.Output)!;
        Assert.Equal("done", (string?)report["items"]![0]!["result"]);
        Assert.Equal("istio-proxy@10.128.0.2:22", (string?)report["items"]![0]!["target"]);
        Assert.Contains("[SSH client] connecting", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Name_with_a_dot_is_also_looked_for_in_the_namespace_given()
    {
        world.Need();
        var run = await world.EmbarkAsync("join", "ratings.vm", "-n", "bookinfo", "--dry-run");

        run.ShouldEndWith(5);
        Assert.Contains("ratings.vm", run.Error, StringComparison.Ordinal);
    }

    internal static void InOrder(string text, IEnumerable<string> parts)
    {
        var from = 0;
        foreach (var part in parts)
        {
            var at = text.IndexOf(part, from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"not found, or not in this order: {part}\n--- in\n{text}");
            from = at + part.Length;
        }
    }
}
