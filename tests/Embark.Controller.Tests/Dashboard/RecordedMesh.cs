using Embark.Controller.Telemetry.Protos;
using Embark.Controller.Tests.Telemetry;

namespace Embark.Controller.Tests.Dashboard;

/// <summary>The page of what real Envoys behind a real istiod sent, over the controller's real port.</summary>
public sealed class RecordedMesh : IAsyncLifetime
{
    private readonly FedController _controller = new();

    [Fact(Timeout = 120_000)]
    public async Task Calls_in_both_directions_are_two_edges_that_can_be_told_apart()
    {
        var files = Recordings.Files("als-*.pb");
        await using var chromium = await Chromium.StartAsync();
        foreach (var file in files)
            await _controller.SendAsync(StreamAccessLogsMessage.Parser.ParseFrom(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)));
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("meshGraph.edges().length === 3");

        Assert.Equal(
            ["ratings.bookinfo@vm -> details.bookinfo unknown failing", "ratings.bookinfo@vm -> reviews.bookinfo all", "reviews.bookinfo -> ratings.bookinfo@vm all"],
            await page.EdgesAsync());
        Assert.True(await page.AskAsync<bool>("(([a, b]) => Math.hypot(a.x - b.x, a.y - b.y) > 20)(meshGraph.edges('[mutualTls = \"all\"]').map(e => e.midpoint()))"));
        Assert.Empty(page.Errors);
    }

    public ValueTask InitializeAsync() => _controller.InitializeAsync();

    public ValueTask DisposeAsync() => _controller.DisposeAsync();
}
