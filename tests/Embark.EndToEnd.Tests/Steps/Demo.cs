using System.Diagnostics;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary>The README's first command.</summary>
public sealed class Demo : IDisposable
{
    private readonly string _temporary = Directory.CreateTempSubdirectory("embark-demo-").FullName;

    [Fact(Timeout = 600_000)]
    public async Task Demo_once_shows_the_whole_job_and_leaves_nothing()
    {
        if (!File.Exists("/usr/sbin/sshd")) Assert.Skip("needs sshd");
        if (!Environment.IsPrivilegedProcess) Assert.Skip("needs root");
        // Built first: a compiler that stays for the next build is not the demo's.
        using (var build = Process.Start(new ProcessStartInfo(Path.Combine(Checkout.Root, "embark"), ["version"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!)
            (await EmbarkProgram.FinishAsync(build)).ShouldEndWith(0);
        var start = new ProcessStartInfo(Path.Combine(Checkout.Root, "demo"), ["--once"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in new[] { "KUBECONFIG", "EMBARK_SSH_CONFIG", "EMBARK_POLICY", "EMBARK_SANDBOX_DIR", "EMBARK_SANDBOX", "EMBARK_CONTROLLER" }) start.Environment.Remove(name);
        start.Environment["TMPDIR"] = _temporary;
        start.Environment["XDG_STATE_HOME"] = Path.Combine(_temporary, "state");
        using var demo = Process.Start(start)!;
        demo.StandardInput.Close();

        var run = await EmbarkProgram.FinishAsync(demo);

        run.ShouldEndWith(0);
        var said = run.All;
        Assert.Contains("going to execute a command remotely: docker run ", said, StringComparison.Ordinal); // what would happen
        Assert.Contains("] executing a command remotely: docker run ", said, StringComparison.Ordinal);        // what happened
        Assert.Matches(@"(?m)^\S+ .*\bistio-proxy$", run.Output);                                               // docker ps on the VM
        Assert.Contains("spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", said, StringComparison.Ordinal);
        Assert.Matches("from spiffe://cluster.local/ns/bookinfo/sa/bookinfo-(details|reviews|productpage)", run.Output); // whichever pod answered the VM
        Assert.DoesNotContain("failed", Proof(run.Output), StringComparison.Ordinal);
        Assert.Matches("(?m)^stars: .*★", run.Output);
        Assert.Matches(@"(?m)^reviews +ratings \(VM\) .* all$", run.Output);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_temporary));
        Assert.Empty(Processes());
        Assert.DoesNotContain(_temporary, await File.ReadAllTextAsync("/proc/mounts", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    // The table of the proof, by its results.
    private static string Proof(string output) => string.Join('\n', output.Split('\n').Where(line => line.Contains(" ok", StringComparison.Ordinal) || line.Contains(" failed", StringComparison.Ordinal)));

    private List<string> Processes() => [.. Directory.EnumerateDirectories("/proc").Where(folder => int.TryParse(Path.GetFileName(folder), out _)).Select(CommandLine).Where(line => line.Contains(_temporary, StringComparison.Ordinal))];

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (IOException)
        {
            return ""; // it ended meanwhile
        }
    }

    public void Dispose() => Directory.Delete(_temporary, recursive: true);
}
