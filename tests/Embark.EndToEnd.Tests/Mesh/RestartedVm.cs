namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>What is on the VM outlives its restart, and comes back by itself.</summary>
public sealed class RestartedVm(MeshWorld world) : IClassFixture<MeshWorld>
{
    [Fact(Timeout = 300_000)]
    public async Task D91_Proxy_comes_back_by_itself()
    {
        world.NeedRoot();
        await world.JoinAsync();
        var before = await world.ContainerAsync();
        var vm = world.Sandbox.Vm!;
        var cancellationToken = TestContext.Current.CancellationToken;

        // As a shutdown does it: applications, containers, the engine; then everything starts as at boot.
        await vm.Ratings!.StopAsync(TimeSpan.FromSeconds(5));
        await vm.Engine!.StopAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(503, await world.RatingsAsync());
        await vm.StartEngineAsync(cancellationToken);
        await vm.StartRatingsAsync(cancellationToken);

        await world.JoinedAsync();
        Assert.Equal(before, await world.ContainerAsync());
        (await world.EmbarkAsync("verify", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh)).ShouldEndWith(0);
        Assert.Contains("nothing to change", (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof")).Error, StringComparison.Ordinal);
    }
}
