namespace Embark.EndToEnd.Tests.Mesh;

/// <summary><c>embark leave</c> takes away what is ours, and nothing else.</summary>
public sealed class Leaving(World world) : IClassFixture<World>
{
    [Fact(Timeout = 240_000)]
    public async Task Foreign_file_and_foreign_container_stay_and_joining_again_works()
    {
        world.Need();
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        await world.RootAsync("""
            echo mine >/etc/istio-proxy/notes.txt
            docker run -d --name foreign --network host "$(docker inspect --format '{{.Config.Image}}' istio-proxy)" proxy sidecar >/dev/null
            """);

        var run = await world.EmbarkAsync("leave", "ratings-vm.bookinfo");

        run.ShouldEndWith(0);
        FirstJoin.InOrder(run.Error, ["executing a command remotely: docker stop istio-proxy", "executing a command remotely: docker rm --force istio-proxy"]);
        Assert.Equal("/etc/istio-proxy/notes.txt\n", await world.RootAsync("find /etc/istio-proxy -type f"));
        Assert.Equal("foreign\n", await world.RootAsync("docker ps -a --format '{{.Names}}'"));
        await world.RootAsync("docker rm -f foreign >/dev/null");
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        Assert.Contains("istio-proxy", await world.RootAsync("docker ps --format '{{.Names}}'"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task Dry_run_changes_nothing()
    {
        world.Need();
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        var before = await world.StateAsync();

        var run = await world.EmbarkAsync("leave", "ratings-vm.bookinfo", "--dry-run");

        run.ShouldEndWith(0);
        Assert.Contains("istio-proxy", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.StateAsync());
    }
}
