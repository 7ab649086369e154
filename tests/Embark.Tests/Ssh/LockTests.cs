using Embark.Sandbox.Relay;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>One run at a time on a VM.</summary>
public sealed class LockTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task M96_A_second_run_is_refused_with_holder_and_age()
    {
        await using var server = await SshServer.StartAsync();
        await using (var first = await server.OpenAsync(server.Options with { Holder = "alice@laptop; $(id)\n\u001b[31m" }))
            await Failing.AsAsync(FailureClass.Locked, server, server.Options, "alice@laptop; $(id)", "since", " s");
        await using var second = await server.OpenAsync();
        Assert.True(second.Ready.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 180_000)]
    public async Task M96_Of_many_runs_at_once_one_works_at_a_time()
    {
        await using var server = await SshServer.StartAsync();
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(async number =>
        {
            await using var session = await server.OpenAsync(server.Options with { LockWait = TimeSpan.FromSeconds(60) });
            return await session.RunAsync(new("critical", $"mkdir {server.Home}/busy && sleep 0.2 && rmdir {server.Home}/busy", Limit), Cancelled);
        }));
        Assert.All(runs, run => Assert.True(run.Succeeded, run.ErrorTail));
    }

    [Fact(Timeout = 180_000)]
    public async Task M97_The_lock_is_free_once_the_holders_connection_is_cut()
    {
        await using var server = await SshServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port, new());
        await using var first = await SshSession.OpenAsync(BrokenLinkTests.Through(server, relay), BrokenLinkTests.Options(server, relay), Cancelled);
        relay.Cut();
        await using var second = await server.OpenAsync(server.Options with { LockWait = TimeSpan.FromSeconds(10) });
        Assert.True(second.Ready.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 180_000)]
    public async Task M97_The_lock_is_free_some_time_after_the_holders_network_is_gone()
    {
        await using var server = await SshServer.StartAsync();
        await using var relay = TcpRelay.Start(server.Port, new());
        var options = BrokenLinkTests.Options(server, relay) with { LeaseTick = TimeSpan.FromSeconds(0.5), HeartbeatInterval = TimeSpan.FromSeconds(0.2) };
        await using var first = await SshSession.OpenAsync(BrokenLinkTests.Through(server, relay), options, Cancelled);
        relay.Freeze();
        await using var second = await server.OpenAsync(server.Options with { LockWait = TimeSpan.FromSeconds(60) });
        Assert.True(second.Ready.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 180_000)]
    public async Task M97_The_lease_of_a_living_session_does_not_end()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync(server.Options with { LeaseTick = TimeSpan.FromSeconds(0.3), LeaseTicks = 3, HeartbeatInterval = TimeSpan.FromSeconds(0.2) });
        Assert.True((await session.RunAsync(new("busy", "sleep 4", Limit), Cancelled)).Succeeded);
        await Task.Delay(4000);
        Assert.True((await session.RunAsync(new("after idleness", "true", Limit), Cancelled)).Succeeded);
    }

    [Fact]
    public void M97_By_default_the_lease_ends_within_60_seconds()
    {
        var options = new SshOptions();
        Assert.InRange((options.LeaseTicks + 2) * options.LeaseTick.TotalSeconds, options.HeartbeatInterval.TotalSeconds * 2, 60);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_program_left_in_the_background_does_not_keep_the_lock()
    {
        await using var server = await SshServer.StartAsync();
        await using (var session = await server.OpenAsync())
            Assert.True((await session.RunAsync(new("daemon", "sleep 20 >/dev/null 2>&1 &", Limit), Cancelled)).Succeeded);
        await using var next = await server.OpenAsync();
        Assert.True(next.Ready.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_session_leaves_no_process_on_the_vm()
    {
        await using var server = await SshServer.StartAsync();
        string shell;
        await using (var session = await server.OpenAsync())
            shell = (await session.RunAsync(new("pid", "echo $$", Limit), Cancelled)).Output.Trim();
        for (var attempt = 0; attempt < 100 && Directory.Exists($"/proc/{shell}"); attempt++)
            await Task.Delay(50);
        Assert.False(Directory.Exists($"/proc/{shell}"));
        // The watcher and its sleep share the session of the shell: sshd made one for each login.
        Assert.DoesNotContain(Processes(), words => words.Contains($" {shell} ", StringComparison.Ordinal) && !words.Contains(") Z ", StringComparison.Ordinal));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("mkdir $F/elsewhere; ln -s $F/elsewhere $F/home/.embark", "directory that this user alone")]
    [InlineData("mkdir $F/home/.embark; chmod 777 $F/home/.embark", "directory that this user alone")]
    [InlineData("mkdir $F/home/.embark; chown 12345 $F/home/.embark", "directory that this user alone")]
    [InlineData("mkdir $F/home/.embark; ln -s /etc/passwd $F/home/.embark/lock", "not a plain file")]
    [InlineData("mkdir $F/home/.embark; mkfifo $F/home/.embark/lock", "not a plain file")]
    [InlineData("rmdir $F/home", "home directory")]
    [InlineData("mount -t tmpfs -o ro tmpfs $F/home", "cannot be made")]
    public async Task A_place_for_the_lock_that_is_not_safe_is_refused(string setup, string words)
    {
        await using var server = await SshServer.StartAsync(setup: setup);
        await Failing.AsAsync(FailureClass.VmNotReady, server, server.Options, words);
    }

    [Fact(Timeout = 180_000)]
    public async Task R76_A_vm_without_flock_is_told_so()
    {
        await using var server = await SshServer.StartAsync(setup: "touch $F/none; mount --bind $F/none $(readlink -f $(command -v flock))");
        await Failing.AsAsync(FailureClass.VmNotReady, server, server.Options, "flock", "util-linux");
    }

    private static IEnumerable<string> Processes()
    {
        foreach (var stat in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Select(folder => Path.Combine(folder, "stat")))
        {
            string text;
            try
            {
                text = File.ReadAllText(stat);
            }
            catch (IOException)
            {
                continue;
            }
            yield return text;
        }
    }
}
