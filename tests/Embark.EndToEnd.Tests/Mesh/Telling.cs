using Embark.Sandbox.ApiServer;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>What is told beside the work: how long it may take, whose clock is wrong, and on request what goes on inside.</summary>
public sealed class Telling(World world) : IClassFixture<World>
{
    [Theory(Timeout = 180_000)]
    [InlineData(7200, "2 h 0 min ahead of")]
    [InlineData(-7200, "behind")]
    public async Task A25_Clock_that_differs_from_the_clusters_is_a_warning(int seconds, string words)
    {
        world.Need();
        world.Api.Faults.Add(new Fault.DateSkew(seconds));
        try
        {
            var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--dry-run");

            run.ShouldEndWith(0);
            Assert.Contains("Warning: the clock of the cluster's API server is ", run.Error, StringComparison.Ordinal);
            Assert.Contains(words, run.Error, StringComparison.Ordinal);
        }
        finally
        {
            world.Api.Faults.Clear();
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task Right_clock_is_not_worth_a_word()
    {
        world.Need();

        Assert.DoesNotContain("clock", (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--dry-run")).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Three_v_show_requests_and_what_ssh_does()
    {
        world.Need();
        var run = await world.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "-vvv");

        run.ShouldEndWith(0);
        Assert.Matches(@"\[API\] GET /apis/networking\.istio\.io: 200 after [0-9]+ ms\n", run.Error);
        Assert.Matches(@"\[API\] GET /apis/networking\.istio\.io/v1/namespaces/bookinfo/workloadentries/ratings-vm: 200", run.Error);
        Assert.Contains("[ssh] debug1: ", run.Error, StringComparison.Ordinal);
        FirstJoin.InOrder(run.Error, ["[ssh] istio-proxy@10.128.0.2:22: 'look at the VM' begins", "[ssh] istio-proxy@10.128.0.2:22: 'look at the VM' ended with 0"]);
    }

    [Fact(Timeout = 180_000)]
    public async Task Two_v_show_requests_alone()
    {
        world.Need();
        var run = await world.EmbarkAsync("leave", "ratings-vm.bookinfo", "-vv");

        run.ShouldEndWith(0);
        Assert.Contains("[API] GET ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("[ssh]", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Run_that_takes_longer_than_it_may_is_ended_and_leaves_nothing_half_done()
    {
        world.Need();
        await world.CleanAsync();
        // Packets to this address are answered by nobody.
        world.Add("far-vm", entry =>
        {
            entry["spec"]!["address"] = "10.128.0.99";
            entry["metadata"]!["annotations"]!["sidecar-bootstrap.istio.io/proxy-instance-ip"] = "10.128.0.99";
        });
        await world.RootAsync("mkdir -p /etc/docker");
        try
        {
            var run = await world.EmbarkAsync("x", "sidecar-bootstrap", "far-vm.bookinfo", "--ssh-connect-timeout", "100s", "--timeout", "3s");

            Assert.Contains("(--timeout)", run.Error, StringComparison.Ordinal);
            run.ShouldEndWith(10);
        }
        finally
        {
            world.Remove("far-vm");
        }
    }
}
