using System.Text.Json;
using Embark.Controller.Tests.Telemetry;
using Microsoft.Playwright;

namespace Embark.Controller.Tests.Dashboard;

/// <summary>The controller's page in a real browser, of a mesh whose proxies speak to the controller's real ports.</summary>
public sealed class ThePage : IAsyncLifetime
{
    private readonly FedController _controller = new();

    private static readonly string[] s_edges =
    [
        "outside -> productpage.bookinfo none",
        "productpage.bookinfo -> details.bookinfo none failing",
        "productpage.bookinfo -> reviews.bookinfo all",
        "reviews.bookinfo -> ratings.bookinfo@vm all",
    ];

    [Fact(Timeout = 120_000)]
    public async Task It_draws_services_calls_and_the_vm_in_layers_from_left_to_right()
    {
        await using var chromium = await Chromium.StartAsync();
        await _controller.BookinfoAsync(6);
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("meshGraph.edges().length === 4 && meshGraph.nodes().length === 5");

        Assert.Equal(["details.bookinfo", "outside outside", "productpage.bookinfo", "ratings.bookinfo@vm VM", "reviews.bookinfo"], await page.NodesAsync());
        Assert.Equal(s_edges, await page.EdgesAsync());
        Assert.True(await page.AskAsync<bool>("meshGraph.edges().every(e => e.source().position('x') < e.target().position('x'))"));
        Assert.Equal("cut-rectangle", await page.AskAsync<string>("meshGraph.nodes('[?vm]').style('shape')"));
        Assert.Equal("dashed", await page.AskAsync<string>("meshGraph.nodes('[?outside]').style('border-style')"));
        Assert.Contains("VM", await page.Page.InnerTextAsync(".node-words.vm"), StringComparison.Ordinal);
        Assert.Contains("v1 v2", await page.Page.InnerTextAsync(".node-words[data-id='reviews.bookinfo']"), StringComparison.Ordinal);

        Assert.Matches(@"/s\s+33 % failed", await page.WordsAsync("productpage.bookinfo", "details.bookinfo"));
        Assert.Equal("mutual TLS", await page.Page.GetAttributeAsync(".edge-words[data-from='reviews.bookinfo'] .lock", "aria-label"));
        Assert.Equal("no mutual TLS", await page.Page.GetAttributeAsync(".edge-words[data-to='details.bookinfo'] .lock", "aria-label"));
        Assert.Equal(await page.AskAsync<string>("getComputedStyle(document.querySelector('.edge-words .bad')).color.replaceAll(' ', '')"), await page.AskAsync<string>("meshGraph.edges('[?failing]').style('line-color')"));
        await KeepsToItselfAsync(page);
    }

    [Fact(Timeout = 120_000)]
    public async Task Figures_change_while_the_reader_keeps_view_and_choice()
    {
        await using var chromium = await Chromium.StartAsync();
        await _controller.BookinfoAsync(2);
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("meshGraph.nodes().length === 5");
        await page.TapAsync("reviews.bookinfo");
        await page.Page.ClickAsync("#closer");
        var (places, before) = (await page.PlacesAsync(), await page.WordsAsync("reviews.bookinfo", "ratings.bookinfo@vm"));

        await _controller.BookinfoAsync(30);
        await page.UntilAsync($"document.querySelector(\".edge-words[data-from='reviews.bookinfo']\").innerText !== {JsonSerializer.Serialize(before)}");

        Assert.Equal(places, await page.PlacesAsync());
        Assert.Equal(["reviews.bookinfo"], await page.AskAsync<string[]>("meshGraph.nodes('[?chosen]').map(n => n.id())"));
        Assert.Equal("reviews", await page.Page.InnerTextAsync("#panel-title"));
        await KeepsToItselfAsync(page);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_tap_shows_figures_over_time_and_the_vm_with_the_days_its_certificate_has_left()
    {
        await using var chromium = await Chromium.StartAsync();
        _controller.SetHealth("True", "");
        await _controller.BookinfoAsync(4);
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("meshGraph.nodes().length === 5");
        await page.UntilAsync("/healthy/.test(vms.innerText) && /days left/.test(vms.innerText)");
        Assert.Matches(@"ratings-vm\s+healthy\s+2\.5 days left\s+\d+ s ago\s+10\.128\.0\.2\s+bookinfo", await page.Page.InnerTextAsync("#vms"));

        await page.TapAsync("ratings.bookinfo@vm");
        await page.UntilAsync("document.querySelectorAll('#panel .plot').length === 3");
        Assert.Equal("ratings (VM)", await page.Page.InnerTextAsync("#panel-title"));
        Assert.Contains("certificate 2.5 days left", await page.Page.InnerTextAsync("#panel"), StringComparison.Ordinal);
        Assert.Matches("(?s)Called by.*reviews", await page.Page.InnerTextAsync("#panel"));
        // A line that is drawn, and somewhere above its floor.
        Assert.True(await page.AskAsync<bool>("document.querySelector('#panel .plot path.line').getBBox().height > 1 || /[LM][0-9.]+ 8\\.0/.test(document.querySelector('#panel .plot path.line').getAttribute('d'))"));
        await KeepsToItselfAsync(page);
    }

    [Fact(Timeout = 120_000)]
    public async Task Keyboards_reach_every_service_by_its_name()
    {
        await using var chromium = await Chromium.StartAsync();
        await _controller.BookinfoAsync(2);
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("meshGraph.nodes().length === 5");

        var button = page.Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Show ratings (VM) in bookinfo" });
        await button.FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await page.UntilAsync("document.querySelectorAll('#panel .plot').length === 3");
        // Redrawn every two seconds, and the focus stays.
        await page.UntilAsync("(window.first ??= state.innerText) !== state.innerText");
        Assert.Equal("ratings.bookinfo@vm", await page.AskAsync<string>("document.activeElement.dataset.id"));
        Assert.Equal("true", await button.GetAttributeAsync("aria-pressed"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Dark_mode_has_colours_of_its_own_on_the_canvas_too()
    {
        await using var chromium = await Chromium.StartAsync();
        await _controller.BookinfoAsync(2);
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("meshGraph.nodes().length === 5");
        const string colours = "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, meshGraph.nodes('[?vm]').style('border-color'), meshGraph.nodes('[?vm]').style('background-color'), meshGraph.edges('[?failing]').style('line-color')]";
        var light = await page.AskAsync<string[]>(colours);

        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await page.UntilAsync($"meshGraph.nodes('[?vm]').style('border-color') !== '{light[2]}'");
        var dark = await page.AskAsync<string[]>(colours);
        Assert.All(light.Zip(dark), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact(Timeout = 120_000)]
    public async Task On_a_phone_everything_fits_and_only_tables_scroll_inside_themselves()
    {
        await using var chromium = await Chromium.StartAsync();
        await _controller.BookinfoAsync(2);
        await using var page = await chromium.OpenAsync(_controller.Address, width: 390, height: 844);
        await page.UntilAsync("meshGraph.nodes().length === 5");
        await page.TapAsync("ratings.bookinfo@vm");
        await page.UntilAsync("document.querySelectorAll('#panel .plot').length === 3");

        Assert.Equal(0, await page.OverhangAsync());
        Assert.True(await page.AskAsync<bool>("(b => b.x1 >= 0 && b.y1 >= 0 && b.x2 <= meshGraph.width() && b.y2 <= meshGraph.height())(meshGraph.nodes().renderedBoundingBox())"));
        // Letters of 14 px, and at least three quarters of that.
        Assert.InRange(await page.AskAsync<double>("meshGraph.zoom()"), 0.75, 1.2);
        Assert.True(await page.AskAsync<bool>("document.getElementById('panel').getBoundingClientRect().top > document.getElementById('graph-card').getBoundingClientRect().bottom"));
        Assert.True(await page.AskAsync<bool>("calls.scrollWidth > calls.parentElement.clientWidth && getComputedStyle(calls.parentElement).overflowX === 'auto'"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Names_stay_text_whatever_they_are()
    {
        const string evil = "<img src=x onerror=document.title='owned'>";
        await using var chromium = await Chromium.StartAsync();
        await _controller.SendAsync(Samples.Proxy("evil-0", evil, evil, "10.4.0.66"), Samples.Outbound("reviews", "10.4.0.12"));
        _controller.SetHealth("False", evil);
        await using var page = await chromium.OpenAsync(_controller.Address);
        await page.UntilAsync("/onerror/.test(vms.innerText)");
        Assert.Equal(0, await page.AskAsync<int>("document.querySelectorAll('img[src=x], [onerror]').length"));
        await page.Page.CloseAsync();

        // The controller lets no such name in; the page would not run it either.
        await using var told = await chromium.OpenAsync(_controller.Address, before: async raw =>
        {
            await raw.RouteAsync("**/api/events*", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "text/event-stream", Body = $"data: {HostileAnswers.State(evil)}\n\n" }));
            await raw.RouteAsync("**/api/metrics/**", route => route.FulfillAsync(new RouteFulfillOptions { ContentType = "application/json", Body = HostileAnswers.Metrics(evil) }));
        });
        await told.UntilAsync("meshGraph.nodes().length === 1");
        await told.Page.ClickAsync("#services button");
        await told.UntilAsync("document.querySelectorAll('#panel table').length > 0");
        Assert.Contains(evil, await told.Page.InnerTextAsync("#panel"), StringComparison.Ordinal);
        Assert.Equal("Embark: the mesh", await told.Page.TitleAsync());
        Assert.Equal(0, await told.AskAsync<int>("document.querySelectorAll('img[src=x], [onerror]').length"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Without_its_libraries_it_says_so_and_shows_the_tables()
    {
        await using var chromium = await Chromium.StartAsync();
        await _controller.BookinfoAsync(2);
        await using var page = await chromium.OpenAsync(_controller.Address, before: raw => raw.RouteAsync("**/cytoscape*.js", route => route.FulfillAsync(new RouteFulfillOptions { Status = 404 })));
        await page.UntilAsync("services.querySelectorAll('button').length === 5");
        Assert.Contains("built without npm", await page.Page.InnerTextAsync("#graph-card"), StringComparison.Ordinal);
        Assert.Matches(@"reviews\s+ratings \(VM\)", await page.Page.InnerTextAsync("#calls"));
    }

    public ValueTask InitializeAsync() => _controller.InitializeAsync();

    public ValueTask DisposeAsync() => _controller.DisposeAsync();

    /// <summary>No word on the console, and nothing asked of anybody else.</summary>
    private static async Task KeepsToItselfAsync(MeshPage page)
    {
        await page.Page.WaitForLoadStateAsync(LoadState.Load);
        Assert.Empty(page.Errors);
        Assert.All(page.Requests, url => Assert.StartsWith(new Uri(page.Page.Url).GetLeftPart(UriPartial.Authority), url, StringComparison.Ordinal));
        Assert.Equal(0, await page.AskAsync<int>("document.querySelectorAll('style').length"));
    }
}
