using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Embark.Tests.Ssh;

/// <summary>What is left of ssh when we are interrupted or killed.</summary>
public sealed class InterruptTests
{
    [Fact(Timeout = 180_000)]
    public async Task M98_Ctrl_C_reaches_us_and_not_the_running_ssh()
    {
        await using var server = await SshServer.StartAsync();
        using var child = Process.Start(ChildSession.For(server.Target, server.Config, $"touch {server.Home}/begun; sleep 3"))!;
        await UntilAsync(() => File.Exists($"{server.Home}/begun"));
        await SshServer.RunAsync("kill", "-INT", "--", $"-{child.Id}");
        var output = await child.StandardOutput.ReadToEndAsync();
        Assert.Contains("interrupted\n", output);
        Assert.EndsWith("ended 0\n", output);
    }

    [Fact(Timeout = 180_000)]
    public async Task M99_A_killed_run_leaves_no_ssh_while_a_script_runs()
    {
        await using var server = await SshServer.StartAsync();
        using var child = Process.Start(ChildSession.For(server.Target, server.Config, $"touch {server.Home}/begun; sleep 2; touch {server.Home}/done"))!;
        await UntilAsync(() => File.Exists($"{server.Home}/begun"));
        Assert.NotEmpty(Clients(server.Port));
        child.Kill();
        await UntilAsync(() => !Clients(server.Port).Any());
        // What had begun on the VM comes to its end, and the lock is free then.
        await using var session = await server.OpenAsync(server.Options with { LockWait = TimeSpan.FromSeconds(20) });
        Assert.True(File.Exists($"{server.Home}/done"));
    }

    [Fact(Timeout = 180_000)]
    public async Task M99_A_killed_run_leaves_no_ssh_while_it_connects()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using var child = Process.Start(ChildSession.For(new("vm", "127.0.0.1", port), "none", "true"))!;
        await UntilAsync(() => Clients(port).Any());
        child.Kill();
        await UntilAsync(() => !Clients(port).Any());
    }

    [Fact(Timeout = 180_000)]
    public async Task M99_Without_setpriv_ssh_ends_with_the_script_that_runs()
    {
        await using var server = await SshServer.StartAsync();
        var path = Path.Combine(server.Folder, "path");
        Directory.CreateDirectory(path);
        File.CreateSymbolicLink(Path.Combine(path, "ssh"), "/usr/bin/ssh");
        using var child = Process.Start(ChildSession.For(server.Target, server.Config, $"touch {server.Home}/begun; sleep 2", path))!;
        await UntilAsync(() => File.Exists($"{server.Home}/begun"));
        child.Kill();
        await UntilAsync(() => !Clients(server.Port).Any());
    }

    /// <summary>Process ids of ssh clients to that port.</summary>
    private static IEnumerable<string> Clients(int port)
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            string words;
            try
            {
                words = File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue;
            }
            if (words.Contains($"\0-p\0{port}\0", StringComparison.Ordinal) && words.Contains("ssh", StringComparison.Ordinal))
                yield return folder;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var attempt = 0; !condition(); attempt++)
        {
            Assert.True(attempt < 600, "it did not come about within 30 s");
            await Task.Delay(50);
        }
    }
}
