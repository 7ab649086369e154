using System.Text.Json.Nodes;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>Several entries with one command.</summary>
public sealed class Fleets(World world) : IClassFixture<World>
{
    [Fact(Timeout = 240_000)]
    public async Task Bad_entry_does_not_stop_the_others_and_data_names_each()
    {
        world.Need();
        world.Add("good-vm", entry => entry["spec"]!["address"] = "10.128.0.7");
        world.Add("bad-vm", entry => entry["spec"]!["serviceAccount"] = "../x");
        try
        {
            var run = await world.EmbarkAsync("join", "--all", "-n", "bookinfo", "--dry-run", "-o", "json");

            run.ShouldEndWith(20);
            var report = JsonNode.Parse(run.Output)!;
            Assert.Equal(["bad-vm failed", "good-vm done", "ratings-vm done"], report["items"]!.AsArray().Select(item => $"{item!["name"]} {item["result"]}"));
            Assert.Equal(5, (int?)report["items"]![0]!["error"]!["exitCode"]);
            Assert.Contains("serviceAccount", run.Error, StringComparison.Ordinal);
            FirstJoin.InOrder(run.Error, ["going to connect to istio-proxy@10.128.0.7:22", "going to connect to istio-proxy@10.128.0.2:22", "2 of 3 VMs done, 1 failed"]);
        }
        finally
        {
            world.Remove("good-vm");
            world.Remove("bad-vm");
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task W41_Two_entries_for_one_container_are_refused()
    {
        world.Need();
        world.Add("same-vm", _ => { });
        try
        {
            var run = await world.EmbarkAsync("join", "--all", "--no-proof", "-n", "bookinfo");

            run.ShouldEndWith(20);
            Assert.Contains("bookinfo/ratings-vm and bookinfo/same-vm", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("connecting", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            world.Remove("same-vm");
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task A24_Entry_that_is_deleted_while_the_fleet_runs_is_gone_and_skipped()
    {
        world.Need();
        foreach (var name in new[] { "a-far-vm", "b-gone-vm" })
            world.Add(name, entry =>
            {
                // Nobody answers there.
                entry["spec"]!["address"] = "10.128.0.99";
                entry["spec"]!["labels"]!["fleet"] = "a24";
                entry["metadata"]!["labels"] = new JsonObject { ["fleet"] = "a24" };
                entry["metadata"]!["annotations"]!["sidecar-bootstrap.istio.io/proxy-container-name"] = name;
            });
        try
        {
            using var process = EmbarkProgram.Start(world.Operator, "join", "-n", "bookinfo", "-l", "fleet=a24", "--parallel", "1", "--no-proof", "--ssh-connect-timeout", "5s", "-o", "json");
            process.StandardInput.Close();
            while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line && !line.Contains("connecting to", StringComparison.Ordinal))
                Assert.DoesNotContain("gone", line, StringComparison.Ordinal);
            world.Remove("b-gone-vm");
            var run = await EmbarkProgram.FinishAsync(process);

            run.ShouldEndWith(20);
            Assert.Contains("bookinfo/b-gone-vm: gone, skipped", run.Error, StringComparison.Ordinal);
            Assert.Contains("0 of 2 VMs done, 1 failed, 0 not started, 1 gone", run.Error, StringComparison.Ordinal);
            Assert.Equal(["a-far-vm failed", "b-gone-vm gone, skipped"], JsonNode.Parse(run.Output)!["items"]!.AsArray().Select(item => $"{item!["name"]} {item["result"]}"));
        }
        finally
        {
            world.Remove("a-far-vm");
            world.Remove("b-gone-vm");
        }
    }

    [Fact(Timeout = 240_000)]
    public async Task None_found_is_no_failure()
    {
        world.Need();
        var run = await world.EmbarkAsync("join", "-l", "app=nothing", "-n", "bookinfo");

        run.ShouldEndWith(0);
        Assert.Contains("There are no WorkloadEntry(s) to bootstrap", run.Error, StringComparison.Ordinal);
    }
}
