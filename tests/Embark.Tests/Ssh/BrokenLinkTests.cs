using System.Diagnostics;
using Embark.Sandbox.Relay;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about links that are slow, frozen or cut.</summary>
public sealed class BrokenLinkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(40);
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task R65_A_slow_link_is_no_fault()
    {
        await using var server = await SshServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port, new() { BytesPerSecond = 8_000, OneWay = TimeSpan.FromMilliseconds(40) });
        await using var session = await SshSession.OpenAsync(Through(server, relay), Options(server, relay), Cancelled);
        var content = new byte[30_000];
        Random.Shared.NextBytes(content);
        Assert.True((await session.RunAsync(new("write", RemoteFile.Write($"{server.Home}/file", UnixFileMode.UserRead, content), Limit), Cancelled)).Succeeded);
        Assert.Equal(content, await File.ReadAllBytesAsync($"{server.Home}/file"));
    }

    [Fact(Timeout = 180_000)]
    public async Task R66_A_connection_cut_in_the_middle_of_a_script_runs_nothing_of_it()
    {
        await using var server = await SshServer.StartAsync();
        var canary = $"{server.Home}/canary";
        await File.WriteAllTextAsync(canary, "");
        var random = new Random(66);
        for (var run = 0; run < 6; run++)
        {
            // The script alone is 60 kB; login and prologue take less than 12 kB.
            await using var relay = TcpRelay.Start(server.Port, new() { CutAfter = random.Next(14_000, 60_000) });
            await using var session = await SshSession.OpenAsync(Through(server, relay), Options(server, relay) with { LockWait = TimeSpan.FromSeconds(30) }, Cancelled);
            var script = new RemoteScript("remove", $"rm -f {canary}\n" + string.Concat(Enumerable.Repeat($": {new string('x', 96)}\n", 600)), Limit);
            var thrown = await Assert.ThrowsAsync<EmbarkException>(() => session.RunAsync(script, Cancelled));
            Assert.Equal(FailureClass.SshUnreachable, thrown.Failure);
            Assert.Contains("cut", thrown.Message);
            Assert.True(File.Exists(canary));
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task R68_A_frozen_link_is_noticed()
    {
        await using var server = await SshServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port, new());
        await using var session = await SshSession.OpenAsync(Through(server, relay), Options(server, relay) with { AliveInterval = TimeSpan.FromSeconds(1) }, Cancelled);
        var running = session.RunAsync(new("long", "sleep 60", TimeSpan.FromSeconds(100)), Cancelled);
        relay.Freeze();
        var watch = Stopwatch.StartNew();
        var thrown = await Assert.ThrowsAsync<EmbarkException>(() => running);
        Assert.Equal(FailureClass.SshUnreachable, thrown.Failure);
        Assert.Contains("frozen", thrown.Message);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact(Timeout = 60_000)]
    public async Task R68_By_default_a_frozen_link_is_noticed_within_45_seconds()
    {
        await Task.CompletedTask;
        var arguments = SshArguments.For(new("vm", "vm", 22), new(), null, newClient: true, "sh", "-s");
        var interval = int.Parse(Assert.Single(arguments, word => word.StartsWith("ServerAliveInterval=", StringComparison.Ordinal)).Split('=')[1]);
        var count = int.Parse(Assert.Single(arguments, word => word.StartsWith("ServerAliveCountMax=", StringComparison.Ordinal)).Split('=')[1]);
        Assert.InRange(interval * (count + 1), 1, 45);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_script_over_its_limit_ends_the_session()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        var thrown = await Assert.ThrowsAsync<EmbarkException>(() => session.RunAsync(new("docker info", "sleep 5", TimeSpan.FromSeconds(1)) { Failure = FailureClass.VmNotReady }, Cancelled));
        Assert.Equal(FailureClass.VmNotReady, thrown.Failure);
        Assert.Contains("'docker info'", thrown.Message);
        Assert.Contains("1 s", thrown.Message);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_script_that_floods_is_stopped()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        var thrown = await Assert.ThrowsAsync<EmbarkException>(() => session.RunAsync(new("flood", "yes", Limit), Cancelled));
        Assert.Contains("8 MiB", thrown.Message);
    }

    internal static SshTarget Through(SshServer server, TcpRelay relay) => server.Target with { Port = relay.Port };

    internal static SshOptions Options(SshServer server, TcpRelay relay)
    {
        File.AppendAllText(server.KnownHosts, $"[127.0.0.1]:{relay.Port} {File.ReadAllText(server.HostKey + ".pub")}");
        return server.Options;
    }
}
