using Embark.Controller.Tests.Dashboard;
using Microsoft.Playwright;

namespace Embark.EndToEnd.Tests.Dashboard;

/// <summary>The pictures of the guide, taken anew when <c>EMBARK_UPDATE_PICTURES=1</c>.</summary>
internal static class Pictures
{
    /// <summary>A checkout is no album.</summary>
    private const int LargestBytes = 200_000;

    private static readonly (string File, ColorScheme Colours, int Width, int Height)[] s_pictures =
    [
        ("mesh-light.png", ColorScheme.Light, 1280, 860), ("mesh-dark.png", ColorScheme.Dark, 1280, 860), ("mesh-phone.png", ColorScheme.Light, 390, 1180),
    ];

    public static async Task TakeAsync(Chromium chromium, Uri address)
    {
        if (Environment.GetEnvironmentVariable("EMBARK_UPDATE_PICTURES") != "1")
            return;
        await using (var waiting = await chromium.OpenAsync(new Uri(address, "?service=ratings.bookinfo@vm")))
            // Plots are worth a look when they have a past.
            await waiting.UntilAsync("Date.now() - (window.began ??= Date.now()) > 90000", seconds: 150);
        foreach (var (file, colours, width, height) in s_pictures)
        {
            await using var page = await chromium.OpenAsync(new Uri(address, "?service=ratings.bookinfo@vm"), colours, width, height);
            await page.UntilAsync("document.querySelectorAll('#panel .plot').length === 3 && /days left/.test(vms.innerText)");
            var picture = await page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Checkout.Root, "docs", "pictures", file) });
            Assert.True(picture.Length < LargestBytes, $"{file} has {picture.Length} bytes");
        }
    }
}
