namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>The same job with the real Docker engine on the VM.</summary>
public sealed class RealEngine(RealEngine.WorldWithDocker world) : IClassFixture<RealEngine.WorldWithDocker>
{
    [Fact(Timeout = 300_000)]
    public async Task Joins_changes_nothing_is_replaced_and_leaves()
    {
        world.Need();
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        var first = await world.RootAsync("docker ps --format '{{.Names}} {{.ID}}'");
        Assert.StartsWith("istio-proxy ", first, StringComparison.Ordinal);
        Assert.Contains("nothing to change", (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).Error, StringComparison.Ordinal);
        Assert.Equal(first, await world.RootAsync("docker ps --format '{{.Names}} {{.ID}}'"));

        world.Annotate("sidecar.istio.io/logLevel", "debug");
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).ShouldEndWith(0);
        Assert.NotEqual(first, await world.RootAsync("docker ps --format '{{.Names}} {{.ID}}'"));

        (await world.EmbarkAsync("leave", "ratings-vm.bookinfo")).ShouldEndWith(0);
        Assert.Empty(await world.RootAsync("docker ps -a --format '{{.Names}}'"));
    }

    /// <summary>The guide's mesh with dockerd on the VM.</summary>
    public sealed class WorldWithDocker() : World(engine: true);
}
