using System.Diagnostics;
using System.Text.Json.Nodes;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Tests.Vm;

/// <summary>A sandbox is up, found by its exports, and gone without a trace, however it ends.</summary>
public sealed class UpTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("embark-up-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact(Timeout = 90_000)]
    public async Task Exports_lead_to_the_api_and_to_the_vm()
    {
        await using var sandbox = await StartAsync();

        var exports = await RunAsync("env");
        var node = JsonNode.Parse((await RunAsync("status", "-o", "json")).Output)!;
        var ssh = await new Command("sh", "-c", $"{exports.Output} ssh -F $EMBARK_SSH_CONFIG istio-proxy@10.128.0.2 docker ps -q; test -s $KUBECONFIG").RunAsync(null, Cancel);

        Assert.Equal(0, exports.ExitCode);
        Assert.Equal(sandbox.KubeconfigFile, (string?)node["kubeconfig"]);
        Assert.Equal(new CommandResult(0, "", ""), ssh);
        await sandbox.StopAsync();
    }

    [Fact(Timeout = 90_000)]
    public async Task Exports_fail_until_a_sandbox_is_ready()
    {
        var result = await RunAsync("env");

        Assert.Equal(1, result.ExitCode);
        Assert.Contains("embark sandbox up", result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    [Fact(Timeout = 90_000)]
    public async Task Second_sandbox_in_the_same_directory_is_refused()
    {
        await using var sandbox = await StartAsync();

        var second = await RunAsync("up");

        Assert.Equal(1, second.ExitCode);
        Assert.Contains("already runs", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("env")).ExitCode);
        await sandbox.StopAsync();
    }

    [Fact(Timeout = 90_000)]
    public async Task Down_leaves_no_process_no_namespace_and_no_file()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "mine"), "stays", Cancel);
        await using var sandbox = await StartAsync();
        var before = Trace(sandbox);
        Assert.NotEmpty(before);

        var down = await RunAsync("down");

        Assert.Equal(0, down.ExitCode);
        await sandbox.ExitedAsync();
        await NothingIsLeftAsync(sandbox);
    }

    [Fact(Timeout = 90_000)]
    public async Task Killed_sandbox_leaves_no_process_no_namespace_and_no_file()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "mine"), "stays", Cancel);
        await using var sandbox = await StartAsync();
        await RunAsync("shell", "vm", "--", "docker", "run", "-d", "busybox", "sleep", "1000");
        Assert.NotEmpty(Trace(sandbox));

        sandbox.Process.Kill();

        await sandbox.ExitedAsync();
        await NothingIsLeftAsync(sandbox);
    }

    [Fact(Timeout = 90_000)]
    public async Task Directory_of_somebody_else_is_not_swept()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "run"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(_directory, "run", "precious"), "", Cancel);

        var up = await RunAsync("up");

        Assert.Equal(1, up.ExitCode);
        Assert.Contains("is no sandbox's", up.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_directory, "run", "precious")));
    }

    [Fact(Timeout = 90_000)]
    public async Task Directory_that_is_a_link_is_refused()
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(_directory, "elsewhere")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(_directory, "run"), elsewhere);

        var up = await RunAsync("up");

        Assert.Equal(1, up.ExitCode);
        Assert.Contains("is a link, or belongs to somebody else", up.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(elsewhere));
    }

    // Everything of a sandbox either lies in its directory or is told where that is: by mounts, working directory or words.
    private List<string> Trace(RunningSandbox sandbox)
    {
        var found = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), null, out _)))
            try
            {
                if (sandbox.Namespaces.Contains(new FileInfo($"{process}/ns/net").LinkTarget ?? "") || File.ReadAllText($"{process}/mountinfo").Contains(_directory, StringComparison.Ordinal)
                    || File.ReadAllText($"{process}/cmdline").Contains(_directory, StringComparison.Ordinal))
                    found.Add($"{process}: {File.ReadAllText($"{process}/cmdline").Replace('\0', ' ')}");
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
                // A process that ended meanwhile.
            }
        return found;
    }

    private async Task NothingIsLeftAsync(RunningSandbox sandbox)
    {
        // The kernel and the sweeper take a moment after a kill.
        for (var i = 0; i < 300 && (Trace(sandbox).Count > 0 || Directory.Exists(Path.Combine(_directory, "run"))); i++)
            await Task.Delay(100, Cancel);
        Assert.Empty(Trace(sandbox));
        Assert.Equal([Path.Combine(_directory, "mine")], Directory.EnumerateFileSystemEntries(_directory));
    }

    private async Task<RunningSandbox> StartAsync()
    {
        try
        {
            await using var ground = await Ground.FindAsync(Cancel);
        }
        catch (SandboxException missing) when (missing.HostsOnly)
        {
            Assert.Skip($"needs hosts: {missing.Message}");
        }
        var process = Words("up", "--require-hosts").Start();
        var error = process.StandardError.ReadToEndAsync(Cancel);
        while (await process.StandardOutput.ReadLineAsync(Cancel) is { } line)
            if (line.Contains("embark sandbox env", StringComparison.Ordinal))
            {
                var state = JsonNode.Parse((await RunAsync("status", "-o", "json")).Output)!;
                var namespaces = state["hosts"]!.AsArray().Select(host => new FileInfo($"/proc/{host!["pid"]}/ns/net").LinkTarget!).ToHashSet();
                return new(process, (string)state["kubeconfig"]!, namespaces);
            }
        throw new InvalidOperationException($"did not come up: {await error}");
    }

    private Command Words(params string[] words) => new([Programs.Executable, words[0], "--dir", _directory, .. words[1..]]);

    private Task<CommandResult> RunAsync(params string[] words) => Words(words).RunAsync(null, Cancel);

    private sealed class RunningSandbox(Process process, string kubeconfig, HashSet<string> namespaces) : IAsyncDisposable
    {
        public Process Process { get; } = process;

        public string KubeconfigFile { get; } = kubeconfig;

        public HashSet<string> Namespaces { get; } = namespaces;

        public Task ExitedAsync() => Process.WaitForExitAsync(Cancel);

        public async Task StopAsync()
        {
            _ = Native.Kill(Process.Id, Native.SigTerm);
            await ExitedAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (!Process.HasExited)
                await StopAsync();
            Process.Dispose();
        }
    }
}
