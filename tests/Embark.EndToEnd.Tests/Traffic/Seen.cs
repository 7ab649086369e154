using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>What the mesh's proxies tell the controller is seen from the command line, the VM among them.</summary>
[Collection(typeof(WithController))]
public sealed class Seen(ControllerWorld world)
{
    [Fact(Timeout = 300_000)]
    public async Task Calls_to_the_VM_are_seen_with_rates_and_mutual_TLS()
    {
        world.Need();
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh)).ShouldEndWith(0);
        try
        {
            // Not each version of reviews asks for ratings.
            await Wait.UntilAsync("all three calls are told by both sides", async () =>
            {
                await world.OpenPageAsync();
                var calls = await CallsAsync();
                return new[] { ("productpage.bookinfo", "details.bookinfo"), ("productpage.bookinfo", "reviews.bookinfo"), ("reviews.bookinfo", "ratings.bookinfo@vm") }.All(ends =>
                    calls.Any(call => ((string?)call!["from"], (string?)call["to"]) == ends && (double)call["traffic"]!["requestsPerSecond"]! > 0
                        && call["traffic"]!["p99Milliseconds"] is not null && (string?)call["mutualTls"] == "all" && (string?)call["seen"] != "traces"));
            });

            var table = await world.EmbarkAsync("topology");
            table.ShouldEndWith(0);
            Assert.Matches("(?m)^reviews +ratings \\(VM\\) .* all$", table.Output);
            Assert.Matches("(?m)^productpage +details .* all$", table.Output);

            var metrics = await world.EmbarkAsync("metrics", "ratings.bookinfo", "-o", "json");
            metrics.ShouldEndWith(0);
            var figures = JsonNode.Parse(metrics.Output)!;
            Assert.Equal(("ratings.bookinfo@vm", true), ((string?)figures["service"]!["id"], (bool)figures["service"]!["vm"]!));
            Assert.True((double)figures["service"]!["inbound"]!["requestsPerSecond"]! > 0);
            Assert.Equal(("ratings-vm", "v3", true), ((string?)figures["workloads"]![0]!["workload"], (string?)figures["workloads"]![0]!["version"], (bool)figures["workloads"]![0]!["vm"]!));
            Assert.Contains(figures["callers"]!.AsArray(), caller => (string?)caller!["from"] == "reviews.bookinfo");
            var shown = await world.EmbarkAsync("metrics", "ratings");
            shown.ShouldEndWith(0);
            Assert.Matches("(?m)^ratings-vm \\(VM\\) +v3 ", shown.Output);

            var unknown = await world.EmbarkAsync("metrics", "nobody.bookinfo");
            unknown.ShouldEndWith(5);
            Assert.Contains("ratings.bookinfo@vm", unknown.Error, StringComparison.Ordinal);
        }
        finally
        {
            (await world.EmbarkAsync("leave", "ratings-vm.bookinfo")).ShouldEndWith(0);
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task An_operators_rights_are_enough_through_the_cluster()
    {
        world.Need();
        var kubeconfig = Path.Combine(world.Home, "operator");
        await File.WriteAllTextAsync(kubeconfig, world.Sandbox.Api.KubeconfigFor("operator"), TestContext.Current.CancellationToken);

        (await world.EmbarkAsync("topology", "-o", "yaml", "--kubeconfig", kubeconfig)).ShouldEndWith(0);

        await File.WriteAllTextAsync(kubeconfig, world.Sandbox.Api.KubeconfigFor("nobody"), TestContext.Current.CancellationToken);
        var refused = await world.EmbarkAsync("topology", "--kubeconfig", kubeconfig);
        refused.ShouldEndWith(3);
        Assert.Contains("services/proxy", refused.Error, StringComparison.Ordinal);
        Assert.Contains("embark-controller:http", refused.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_controllers_address_is_enough_without_a_cluster()
    {
        world.Need();
        var run = await EmbarkProgram.RunAsync(new Dictionary<string, string?> { ["EMBARK_CONTROLLER_URL"] = world.Sandbox.ControllerAddress!.ToString(), ["HOME"] = "/nonexistent" }, "topology", "-o", "json");

        run.ShouldEndWith(0);
        Assert.Equal("Topology", (string?)JsonNode.Parse(run.Output)!["kind"]);
    }

    private async Task<JsonArray> CallsAsync()
    {
        var run = await world.EmbarkAsync("topology", "--since", "10m", "-o", "json");
        run.ShouldEndWith(0);
        return JsonNode.Parse(run.Output)!["calls"]!.AsArray();
    }
}
