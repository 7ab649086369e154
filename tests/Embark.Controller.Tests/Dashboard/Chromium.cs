using Microsoft.Playwright;

namespace Embark.Controller.Tests.Dashboard;

/// <summary>The machine's own Chromium with a fresh profile; never one that was fetched for a test.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];

    private static readonly string[] s_arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", "--no-proxy-server", "--hide-scrollbars",
    ];

    private readonly IPlaywright _driver;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright driver, IBrowser browser) => (_driver, _browser) = (driver, browser);

    private static string? Program { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').SelectMany(folder => s_names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    /// <summary>Skips the test where there is none.</summary>
    public static async Task<Chromium> StartAsync()
    {
        Assert.SkipWhen(Program is null, "needs chromium");
        var driver = await Playwright.CreateAsync();
        return new Chromium(driver, await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Program, Args = s_arguments, Headless = true }));
    }

    /// <summary>A page of the controller, as one reader has it.</summary>
    public async Task<MeshPage> OpenAsync(Uri address, ColorScheme colours = ColorScheme.Light, int width = 1360, int height = 900, Func<IPage, Task>? before = null)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            ColorScheme = colours, ViewportSize = new ViewportSize { Width = width, Height = height }, HasTouch = width < 600, Locale = "en-GB", TimezoneId = "UTC",
        });
        return await MeshPage.OpenAsync(await context.NewPageAsync(), address, before);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _driver.Dispose();
    }
}
