using System.Diagnostics;

namespace Embark.Controller.Tests;

public sealed class ControllerProgramTests
{
    [Fact(Timeout = 60_000)]
    public async Task It_answers_that_it_is_well_and_ends_on_a_signal()
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "embark-controller"), ["--urls", "http://127.0.0.1:0"]) { RedirectStandardOutput = true };
        using var program = Process.Start(start)!;
        string? address = null;
        while (address is null && await program.StandardOutput.ReadLineAsync(cancel) is { } line)
            address = line.Split(' ').FirstOrDefault(word => word.StartsWith("http://", StringComparison.Ordinal));

        using var http = new HttpClient();
        Assert.Equal("ok", await http.GetStringAsync(new Uri($"{address}/healthz"), cancel));

        using var kill = Process.Start("kill", ["-TERM", $"{program.Id}"]);
        await program.WaitForExitAsync(cancel);
        Assert.Equal(0, program.ExitCode);
    }
}
