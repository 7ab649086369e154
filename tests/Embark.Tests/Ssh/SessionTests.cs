using System.Text;
using Embark.Kubernetes;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

public sealed class SessionTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task Scripts_are_answered_in_order_with_both_streams_apart()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        var first = session.RunAsync(new("first", "echo out; echo err >&2", Limit), Cancelled);
        var second = session.RunAsync(new("second", "printf 'no line end'; printf bad >&2; exit 0", Limit), Cancelled);
        var third = session.RunAsync(new("third", "cat; pwd; umask", Limit), Cancelled);
        Assert.Equal(new ScriptResult(0, "out\n", "err", false), await first);
        Assert.Equal(new ScriptResult(0, "no line end", "bad", false), await second);
        Assert.Equal("/\n0077\n", (await third).Output);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_queued_script_is_skipped_when_one_before_failed()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        var failing = session.RunAsync(new("failing", "exit 7", Limit), Cancelled);
        var skipped = session.RunAsync(new("skipped", $"touch {server.Folder}/ran", Limit), Cancelled);
        var always = session.RunAsync(new("always", "echo yes", Limit) { OnlyIfAllBeforeSucceeded = false }, Cancelled);
        Assert.Equal(7, (await failing).ExitCode);
        Assert.True((await skipped).Skipped);
        Assert.Equal("yes\n", (await always).Output);
        Assert.False(File.Exists($"{server.Folder}/ran"));
        session.Recover();
        Assert.Equal("again\n", (await session.RunAsync(new("again", "echo again", Limit), Cancelled)).Output);
    }

    [Fact(Timeout = 180_000)]
    public async Task R64_A_script_that_exits_255_is_no_broken_connection()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        Assert.Equal(255, (await session.RunAsync(new("exits", "exit 255", Limit), Cancelled)).ExitCode);
        session.Recover();
        Assert.Equal(137, (await session.RunAsync(new("killed", "kill -9 $(sh -c 'echo $PPID')", Limit), Cancelled)).ExitCode);
    }

    [Fact(Timeout = 180_000)]
    public async Task Secrets_arrive_without_being_seen()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        using var secret = new Secret(Encoding.UTF8.GetBytes("tok'en\0\n"));
        var result = await session.RunAsync(new("secret", $"""
            echo "${RemoteScript.VariableOf(secret)}" | base64 -d | od -An -c
            grep -c "${RemoteScript.VariableOf(secret)}" /proc/$$/cmdline /proc/$$/environ
            env | grep -c "${RemoteScript.VariableOf(secret)}"
            """, Limit) { Secrets = [secret] }, Cancelled);
        Assert.Equal("   t   o   k   '   e   n  \\0  \\n", result.Output.Split('\n')[0]);
        Assert.Contains("cmdline:0\n", result.Output);
        Assert.Contains("environ:0\n0\n", result.Output);
    }
}
