using System.Diagnostics;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary>The guide, from its first to its last line, on a machine that nobody prepared.</summary>
public sealed class Guide : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("embark-guide-").FullName;
    private Process? _sandbox;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    [Fact(Timeout = 900_000)]
    public async Task Every_command_block_does_what_the_page_says()
    {
        if (!File.Exists("/usr/sbin/sshd")) Assert.Skip("needs sshd");
        if (!OnPath("kubectl")) Assert.Skip("needs kubectl");
        if (!OnPath("sudo")) Assert.Skip("needs sudo");
        var page = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs", "guide", "first-vm.md"), TestContext.Current.CancellationToken);
        Install();
        var blocks = GuideBlock.In(page);
        Assert.True(blocks.Count > 15, $"only {blocks.Count} command blocks were found");

        foreach (var block in blocks)
        {
            if (block.Kind == "background")
            {
                if (!await StartAsync(block)) Assert.Skip("needs namespaces");
                continue;
            }
            var run = await RunAsync(block);
            Assert.True(run.ExitCode == 0, $"line {block.Line} ended with {run.ExitCode}:\n{block.Text}\n{run.All}");
            Assert.True(block.MissingIn(run.All) is not { } line, $"line {block.Line} should print \"{block.MissingIn(run.All)}\":\n{block.Text}\n{run.All}");
        }
    }

    // What the reader types is found by name.
    private void Install()
    {
        var programs = Directory.CreateDirectory(Path.Combine(_home, "bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "embark"), EmbarkProgram.Path);
        File.WriteAllText(Path.Combine(_home, "state"), "");
    }

    private async Task<bool> StartAsync(GuideBlock block)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var log = Path.Combine(_home, "sandbox.log");
        _sandbox = Process.Start(Shell($"exec {block.Text.Trim()} >{log} 2>&1 </dev/null"))!;
        while ((await RunAsync(block with { Text = "embark sandbox env" })).ExitCode != 0)
        {
            if (_sandbox.HasExited)
            {
                var said = await File.ReadAllTextAsync(log, cancellationToken);
                if (said.Contains("namespace", StringComparison.Ordinal)) return false;
                Assert.Fail($"the sandbox ended:\n{said}");
            }
            await Task.Delay(200, cancellationToken);
        }
        return true;
    }

    private async Task<Run> RunAsync(GuideBlock block)
    {
        var text = block.Kind == "vm"
            ? $"ssh -F \"$EMBARK_SSH_CONFIG\" istio-proxy@10.128.0.2 sh -eu <<'END'\n{block.Text}END"
            : block.Text;
        // A terminal's variables live on from block to block.
        using var process = Process.Start(Shell($". {_home}/state\nset -eu\n{text}\nexport -p >{_home}/state"))!;
        process.StandardInput.Close();
        return await EmbarkProgram.FinishAsync(process);
    }

    private ProcessStartInfo Shell(string text)
    {
        var start = new ProcessStartInfo("bash", ["-c", text]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _home };
        foreach (var name in new[] { "KUBECONFIG", "EMBARK_SSH_CONFIG", "EMBARK_POLICY", "EMBARK_CONTROLLER_URL", "SSH_AUTH_SOCK" }) start.Environment.Remove(name);
        start.Environment["HOME"] = _home;
        start.Environment["XDG_STATE_HOME"] = Path.Combine(_home, "xdg");
        start.Environment["EMBARK_SANDBOX_DIR"] = Path.Combine(_home, "sandbox");
        start.Environment["EMBARK_SANDBOX"] = Path.Combine(AppContext.BaseDirectory, "embark-sandbox");
        start.Environment["PATH"] = $"{Path.Combine(_home, "bin")}:{Environment.GetEnvironmentVariable("PATH")}";
        return start;
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)));

    public async ValueTask DisposeAsync()
    {
        if (_sandbox is not null)
        {
            await RunAsync(new GuideBlock(0, "", "embark sandbox down", []));
            if (!_sandbox.WaitForExit(TimeSpan.FromSeconds(10))) _sandbox.Kill(entireProcessTree: true);
            _sandbox.Dispose();
        }
        Directory.Delete(_home, recursive: true);
    }
}
