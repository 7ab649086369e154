using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>A run that is ended from outside leaves a state from which the next run converges, and no process.</summary>
public sealed partial class Interrupted(World world) : IClassFixture<World>
{
    public static TheoryData<int> Moments => [20, 120, 250, 400, 600, 900];

    [Theory(Timeout = 300_000), MemberData(nameof(Moments))]
    public async Task M99_Killed_at_any_moment_the_next_run_converges(int milliseconds)
    {
        world.Need();
        await world.CleanAsync();
        using var process = EmbarkProgram.Start(world.Operator, "join", "ratings-vm.bookinfo", "--no-proof");
        process.StandardInput.Close();
        await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        await NoChildrenAsync(process.Id);
        var again = await RetryWhileLockedAsync();

        again.ShouldEndWith(0);
        Assert.Contains("istio-proxy", await world.RootAsync("docker ps --format '{{.Names}}'"), StringComparison.Ordinal);
        Assert.DoesNotContain("next", await world.RootAsync("ls -A /etc/istio-proxy"), StringComparison.Ordinal);
    }

    [Theory(Timeout = 300_000)]
    [InlineData(2)]
    [InlineData(15)]
    [InlineData(1)]
    public async Task M98_M100_Signal_ends_the_run_in_good_order(int signal)
    {
        world.Need();
        await world.CleanAsync();
        using var process = EmbarkProgram.Start(world.Operator, "join", "ratings-vm.bookinfo", "--no-proof");
        process.StandardInput.Close();
        await Task.Delay(350, TestContext.Current.CancellationToken);
        _ = Kill(process.Id, signal);
        var run = await EmbarkProgram.FinishAsync(process);

        // It had begun or it had not; half done it must not be.
        Assert.Contains(run.ExitCode, new[] { 0, 130 });
        await NoChildrenAsync(process.Id);
        (await RetryWhileLockedAsync()).ShouldEndWith(0);
    }

    [Fact(Timeout = 180_000)]
    public async Task M100_Closed_standard_output_is_a_quiet_end()
    {
        world.Need();
        await world.CleanAsync();
        using var process = EmbarkProgram.Start(world.Operator, "join", "ratings-vm.bookinfo", "--no-proof", "-o", "json");
        process.StandardInput.Close();
        process.StandardOutput.Close();
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, process.ExitCode);
        Assert.DoesNotContain("Error", error, StringComparison.Ordinal);
    }

    // The lock of a killed run is freed by the VM as soon as its shell notices.
    private async Task<Run> RetryWhileLockedAsync()
    {
        for (var tries = 0; ; tries++)
        {
            var run = await world.EmbarkAsync("join", "ratings-vm.bookinfo", "--no-proof");
            if (run.ExitCode != 12 || tries == 30) return run;
            await Task.Delay(1000, TestContext.Current.CancellationToken);
        }
    }

    private static async Task NoChildrenAsync(int parent)
    {
        var deadline = Stopwatch.StartNew();
        List<string> left;
        do
        {
            left = [.. Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Select(Orphan).OfType<string>()];
            if (left.Count == 0) return;
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        while (deadline.Elapsed < TimeSpan.FromSeconds(15));
        Assert.Fail($"left behind: {string.Join(", ", left)}");

        // Our runs alone name this operator's ssh_config; an orphan's parent is init.
        string? Orphan(string folder)
        {
            try
            {
                var words = File.ReadAllText(Path.Combine(folder, "cmdline")).Replace('\0', ' ');
                var stat = File.ReadAllText(Path.Combine(folder, "stat"));
                var parentId = int.Parse(stat[(stat.LastIndexOf(')') + 4)..].Split(' ')[0], CultureInfo.InvariantCulture);
                return words.StartsWith("ssh ", StringComparison.Ordinal) && (parentId == 1 || parentId == parent) && words.Contains("/ssh/config", StringComparison.Ordinal) ? words : null;
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
