namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>A proxy that carries traffic is replaced, and nobody notices.</summary>
public sealed class Replacing(MeshWorld world) : IClassFixture<MeshWorld>
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(5);

    [Theory(Timeout = 300_000)]
    [InlineData("sidecar.istio.io/logLevel", "info")]
    [InlineData("sidecar.istio.io/proxyImage", "docker.io/tetrate/proxyv2:1.31.0")]
    public async Task No_request_fails_in_either_direction(string annotation, string value)
    {
        world.NeedRoot();
        await world.JoinAsync();
        var before = await world.ContainerAsync();
        await using var load = await LoadAsync();
        world.Annotate(annotation, value);
        try
        {
            var replaced = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh, "--require-proof");

            var said = await load.FinishAsync();
            TestContext.Current.SendDiagnosticMessage(said);
            replaced.ShouldEndWith(0);
            Assert.Contains("docker run -d --name istio-proxy.bridge", replaced.Error, StringComparison.Ordinal);
            Assert.NotEqual(before, await world.ContainerAsync());
            Assert.True(load.Failures == 0, $"{said}\n{replaced.Error}");
            Assert.True(load.Answered > 500, said);
        }
        finally
        {
            world.Annotate(annotation, null);
        }
    }

    [Fact(Timeout = 300_000)]
    public async Task Image_that_never_gets_ready_changes_nothing()
    {
        world.NeedRoot();
        await world.JoinAsync();
        var before = await world.StateAsync();
        await using var load = await LoadAsync();
        await world.Sandbox.Vm!.SetDockerFaultsAsync(["program exec sleep 3600"], TestContext.Current.CancellationToken);
        world.Annotate("sidecar.istio.io/proxyImage", "docker.io/tetrate/proxyv2:broken");
        try
        {
            var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo");

            var said = await load.FinishAsync();
            run.ShouldEndWith(10);
            Assert.Contains("15121 does not say 200", run.Error, StringComparison.Ordinal);
            Assert.Contains("rolled back: files and containers are as before", run.Error, StringComparison.Ordinal);
            Assert.Equal(before, await world.StateAsync());
            Assert.Equal("istio-proxy running\n", await world.RootAsync("docker ps -a --format '{{.Names}} {{.State}}'"));
            Assert.True(load.Failures == 0, $"{said}\n{run.Error}");
        }
        finally
        {
            await world.Sandbox.Vm!.SetDockerFaultsAsync([], TestContext.Current.CancellationToken);
            world.Annotate("sidecar.istio.io/proxyImage", null);
        }
    }

    // It flows before anything is changed.
    private async Task<BothWays> LoadAsync()
    {
        var load = new BothWays(world, Every);
        await Wait.UntilAsync("traffic flows both ways", () => Task.FromResult(load.Flows));
        return load;
    }
}
