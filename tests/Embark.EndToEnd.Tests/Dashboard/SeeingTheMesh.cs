using Embark.Controller.Tests.Dashboard;

namespace Embark.EndToEnd.Tests.Dashboard;

/// <summary>The controller's page of the sandbox's own mesh, with the VM in it, in a real browser.</summary>
[Collection(typeof(WithController))]
public sealed class SeeingTheMesh(ControllerWorld world)
{
    private static readonly string[] s_calls =
    [
        "productpage.bookinfo -> details.bookinfo all", "productpage.bookinfo -> reviews.bookinfo all", "reviews.bookinfo -> ratings.bookinfo@vm all",
    ];

    [Fact(Timeout = 400_000)]
    public async Task The_page_shows_Bookinfo_and_the_VM_in_it_live()
    {
        world.Need();
        await using var chromium = await Chromium.StartAsync();
        (await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--from", world.RatingsOverMesh)).ShouldEndWith(0);
        await using var readers = Readers.Start(world.Sandbox.ProductPage!);

        await using var page = await chromium.OpenAsync(world.Sandbox.ControllerAddress!);
        // The proof of the join has made calls of its own, which are there as well.
        foreach (var call in s_calls)
            await Wait.UntilAsync($"an edge {call}", async () => (await page.EdgesAsync()).Contains(call), seconds: 120);
        Assert.Contains("ratings.bookinfo@vm VM", await page.NodesAsync());
        Assert.Equal("mutual TLS", await page.Page.GetAttributeAsync(".edge-words[data-from='reviews.bookinfo'][data-to='ratings.bookinfo@vm'] .lock", "aria-label"));

        var before = await page.WordsAsync("productpage.bookinfo", "details.bookinfo");
        await page.UntilAsync($"document.querySelector(\".edge-words[data-to='details.bookinfo']\").innerText !== {System.Text.Json.JsonSerializer.Serialize(before)}");

        await page.TapAsync("ratings.bookinfo@vm");
        await page.UntilAsync("document.querySelectorAll('#panel .plot').length === 3", seconds: 60);
        await page.UntilAsync("/ratings-vm\\s+healthy\\s+[0-9.]+ days left/.test(vms.innerText)", seconds: 120);
        Assert.Equal(0, await page.OverhangAsync());
        Assert.Empty(page.Errors);
        Assert.All(page.Requests, url => Assert.StartsWith(world.Sandbox.ControllerAddress!.ToString(), url, StringComparison.Ordinal));
        await Pictures.TakeAsync(chromium, world.Sandbox.ControllerAddress!);
    }
}
