namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>What a person sees of the demo: a page, kubectl, a shell on the VM.</summary>
public sealed class Bookinfo(MeshWorld world) : IClassFixture<MeshWorld>
{
    [Fact(Timeout = 300_000)]
    public async Task Product_page_shows_stars_from_the_VM()
    {
        world.NeedRoot();
        Browser.Need();
        await world.JoinAsync();
        var file = Path.Combine(AppContext.BaseDirectory, "productpage.png");

        // One version of reviews shows red stars, one black, one none: the page is opened until it is the red one.
        await Wait.UntilAsync($"red stars on {world.Sandbox.ProductPage}", async () => await Browser.CountAsync(world.Sandbox.ProductPage!, file, (r, g, b) => r > 180 && g < 90 && b < 90 && g > 20) > 200, seconds: 200);

        await world.RootAsync("docker stop istio-proxy");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        Assert.DoesNotContain("★", await client.GetStringAsync(world.Sandbox.ProductPage, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await world.RootAsync("docker start istio-proxy");
        await world.JoinedAsync();
    }

    [Fact(Timeout = 300_000)]
    public async Task Kubectl_shows_the_entry()
    {
        world.Need();
        Kubectl.Need();
        var run = await Kubectl.RunAsync(world.Sandbox.KubeconfigFile, "", "get", "workloadentries", "-n", "bookinfo");
        run.ShouldEndWith(0);
        Assert.Matches(@"(?m)^ratings-vm\s.*10\.128\.0\.2", run.Output);
    }

    [Fact(Timeout = 300_000)]
    public async Task Shell_on_the_VM_reaches_a_service_by_its_name()
    {
        world.Need();
        await world.JoinAsync();
        await world.RootAsync("echo '127.0.0.2 reviews.bookinfo.svc' >>/etc/hosts");
        var said = await world.Sandbox.Vm!.SshAsync(null, ["curl", "-sS", "http://reviews.bookinfo.svc:9080/reviews/0"], TestContext.Current.CancellationToken);
        Assert.True(said.ExitCode == 0, said.Error);
        Assert.Contains("\"reviews\"", said.Output, StringComparison.Ordinal);
    }
}
