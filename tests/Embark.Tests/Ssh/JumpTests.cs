using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about jump hosts and what else a user's ssh_config holds.</summary>
public sealed class JumpTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task N56_A_jump_host_of_the_users_ssh_config_is_used()
    {
        await using var jump = await SshServer.StartAsync();
        await using var server = await BehindAsync(jump, jump.Port);
        await using var session = await server.OpenAsync();
        var result = await session.RunAsync(new("from", "echo $SSH_CONNECTION", TimeSpan.FromSeconds(9)), Cancelled);
        Assert.EndsWith($"127.0.0.1 {server.Port}\n", result.Output);
        Assert.Contains("Accepted publickey", jump.Log);
    }

    [Fact(Timeout = 180_000)]
    public async Task N56_A_jump_host_that_is_down_is_named()
    {
        await using var jump = await SshServer.StartAsync();
        await using var server = await BehindAsync(jump, SshServer.FreePort());
        await Failing.AsAsync(FailureClass.SshUnreachable, server, server.Options, "jump host the-jump", "refused");
    }

    [Fact(Timeout = 180_000)]
    public async Task N56_A_changed_key_of_the_jump_host_stops_and_names_it()
    {
        await using var jump = await SshServer.StartAsync();
        await using var server = await BehindAsync(jump, jump.Port);
        await File.WriteAllTextAsync(server.KnownHosts, (await File.ReadAllTextAsync(server.KnownHosts)).Replace($"[127.0.0.1]:{jump.Port} {await PublicAsync(jump)}", $"[127.0.0.1]:{jump.Port} {await PublicAsync(server)}", StringComparison.Ordinal));
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, "jump host the-jump", "CHANGED");
    }

    [Fact(Timeout = 180_000)]
    public async Task N56_An_unknown_key_of_the_jump_host_is_not_asked_for_as_the_targets()
    {
        await using var jump = await SshServer.StartAsync();
        await using var server = await BehindAsync(jump, jump.Port);
        await File.WriteAllTextAsync(server.KnownHosts, "");
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options with { ConfirmHostKey = (_, _) => throw new InvalidOperationException("asked") }, "jump host", "ssh the-jump");
    }

    [Fact(Timeout = 180_000)]
    public async Task N56_A_jump_host_that_forbids_forwarding_is_told_apart()
    {
        await using var jump = await SshServer.StartAsync("AllowTcpForwarding no\n");
        await using var server = await BehindAsync(jump, jump.Port);
        await Failing.AsAsync(FailureClass.SshUnreachable, server, server.Options, "jump host the-jump", "forbids forwarding");
    }

    [Fact(Timeout = 180_000)]
    public async Task N56_A_jump_host_that_does_not_reach_the_vm_is_told_apart()
    {
        await using var jump = await SshServer.StartAsync();
        await using var server = await BehindAsync(jump, jump.Port);
        await Failing.AsAsync(FailureClass.SshUnreachable, server.Target with { Port = SshServer.FreePort() }, server.Options, "jump host the-jump", "cannot reach the VM");
    }

    [Fact(Timeout = 180_000)]
    public async Task N56_A_login_the_jump_host_denies_names_it()
    {
        await using var jump = await SshServer.StartAsync();
        await using var server = await BehindAsync(jump, jump.Port);
        await File.WriteAllTextAsync(Path.Combine(jump.Folder, "authorized_keys"), "");
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options, "jump host the-jump", "denied");
    }

    [Fact(Timeout = 180_000)]
    public async Task N57_A_jump_host_that_drops_logins_at_random_loses_none()
    {
        await using var jump = await SshServer.StartAsync("MaxStartups 2:60:6\n");
        await using var server = await BehindAsync(jump, jump.Port);
        var gate = new StartGate();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async number =>
        {
            await using var session = await server.OpenAsync(server.Options with { Gate = gate, LockWait = TimeSpan.FromSeconds(60), ConnectTimeout = TimeSpan.FromSeconds(30) });
            return (await session.RunAsync(new("count", $"echo {number}", TimeSpan.FromSeconds(20)), Cancelled)).Output;
        }));
        Assert.Equal(Enumerable.Range(0, 8).Select(number => $"{number}\n"), answers);
    }

    [Fact(Timeout = 180_000)]
    public async Task N58_What_ssh_config_holds_for_interactive_work_does_no_harm()
    {
        await using var server = await SshServer.StartAsync();
        await server.WriteConfigAsync($"""
            RemoteCommand echo trap; exit 3
            RequestTTY force
            PermitLocalCommand yes
            LocalCommand touch {server.Folder}/local
            ForwardAgent yes
            ForwardX11 yes
            LocalForward {SshServer.FreePort()} 127.0.0.1:{server.Port}
            SessionType none
            StdinNull yes
            ForkAfterAuthentication yes
            LogLevel QUIET
            BatchMode no
            ServerAliveInterval 0
            ConnectionAttempts 5
            """);
        await using var session = await server.OpenAsync();
        Assert.Equal("hi\n", (await session.RunAsync(new("hi", "echo hi", TimeSpan.FromSeconds(9)), Cancelled)).Output);
        Assert.False(File.Exists($"{server.Folder}/local"));
        Assert.DoesNotContain("forward", server.Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact(Timeout = 180_000)]
    public async Task N60_A_control_path_that_is_too_long_is_not_used()
    {
        await using var server = await SshServer.StartAsync();
        await server.WriteConfigAsync($"ControlMaster auto\nControlPersist yes\nControlPath {server.Folder}/{new string('c', 150)}");
        await using var session = await server.OpenAsync();
        Assert.True(session.Ready.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 180_000)]
    public async Task A_broken_ssh_config_is_a_usage_error_that_names_the_line()
    {
        await using var server = await SshServer.StartAsync();
        await server.WriteConfigAsync("NoSuchOption yes");
        await Failing.AsAsync(FailureClass.Usage, server, server.Options, "config", "line 1", "nosuchoption");
    }

    private static async Task<SshServer> BehindAsync(SshServer jump, int jumpPort)
    {
        var server = await SshServer.StartAsync();
        await server.WriteConfigAsync($"""
            Host 127.0.0.1
              ProxyJump the-jump
            Host the-jump
              HostName 127.0.0.1
              Port {jumpPort}
            Host *
            """);
        File.Copy(server.Key + ".pub", Path.Combine(jump.Folder, "authorized_keys"), overwrite: true);
        await File.AppendAllTextAsync(server.KnownHosts, $"[127.0.0.1]:{jump.Port} {await PublicAsync(jump)}");
        return server;
    }

    private static Task<string> PublicAsync(SshServer server) => File.ReadAllTextAsync(server.HostKey + ".pub");
}
