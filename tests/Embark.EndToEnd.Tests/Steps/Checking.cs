namespace Embark.EndToEnd.Tests.Steps;

/// <summary><c>embark check</c> looks at everything that a join would look at, and changes nothing.</summary>
public sealed class Checking(World world) : IClassFixture<World>
{
    [Fact(Timeout = 240_000)]
    public async Task What_a_join_would_do_is_told_and_not_done()
    {
        world.Need();
        await world.CleanAsync();
        var before = await world.StateAsync();

        var run = await world.EmbarkAsync("check", "ratings-vm.bookinfo");

        run.ShouldEndWith(0);
        Assert.Contains("bookinfo/ratings-vm can join; a join would\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("write /etc/istio-proxy/sidecar.env 0640", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, await world.StateAsync());
        Assert.DoesNotContain(world.Api.Log.Entries, entry => entry.Path.EndsWith("/token", StringComparison.Ordinal));

        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        Assert.Contains("nothing would change", (await world.EmbarkAsync("check", "ratings-vm.bookinfo")).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 240_000)]
    public async Task What_keeps_a_vm_from_joining_is_told_at_once()
    {
        world.Need();
        await world.CleanAsync();
        await world.RootAsync("chmod 0000 /run/docker.sock; chmod 0777 /etc/istio-proxy");
        try
        {
            var run = await world.EmbarkAsync("check", "ratings-vm.bookinfo");

            run.ShouldEndWith(9);
            Assert.Contains("/etc/istio-proxy", run.Error, StringComparison.Ordinal);
            Assert.Contains("docker", run.Error, StringComparison.Ordinal);
        }
        finally
        {
            await world.RootAsync("chmod 0660 /run/docker.sock; chmod 0775 /etc/istio-proxy");
        }
    }
}
