using System.Diagnostics;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about logging in.</summary>
public sealed class LoginTests
{
    [Fact(Timeout = 180_000)]
    public async Task N51_A_refused_key_is_tried_once()
    {
        await using var server = await SshServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "authorized_keys"), "");
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options, "login denied", server.Key, "authorized_keys");
        Assert.Equal(1, server.Log.Split('\n').Count(line => line.Contains("Failed publickey", StringComparison.Ordinal)));
    }

    [Theory(Timeout = 180_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task N52_A_key_locked_by_a_passphrase_is_told_apart(bool publicHalf)
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.Key);
        File.Delete(server.Key + ".pub");
        await SshServer.MakeKeyAsync(server.Key, "secret words");
        File.Copy(server.Key + ".pub", Path.Combine(server.Folder, "authorized_keys"), overwrite: true);
        if (!publicHalf)
            File.Delete(server.Key + ".pub");
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options, "locked by a passphrase", $"ssh-add {server.Key}");
    }

    [Fact(Timeout = 180_000)]
    public async Task N53_A_key_that_only_the_agent_has_is_used()
    {
        await using var server = await SshServer.StartAsync();
        using var agent = await AgentAsync(server, server.Key);
        File.Delete(server.Key);
        await using var session = await server.OpenAsync();
        Assert.True(session.Ready.IsCompletedSuccessfully);
        agent.Kill();
    }

    [Fact(Timeout = 180_000)]
    public async Task N53_Too_many_keys_in_the_agent_are_explained_and_one_named_key_works()
    {
        await using var server = await SshServer.StartAsync();
        var wrong = Enumerable.Range(0, 10).Select(number => Path.Combine(server.Folder, $"wrong{number}")).ToArray();
        foreach (var key in wrong)
            await SshServer.MakeKeyAsync(key);
        using var agent = await AgentAsync(server, wrong);
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options, "Too many authentication failures", "--ssh-key");
        await using var session = await server.OpenAsync(server.Options with { KeyFile = server.Key });
        Assert.True(session.Ready.IsCompletedSuccessfully);
        agent.Kill();
    }

    [Fact(Timeout = 180_000)]
    public async Task N54_A_key_file_that_others_may_read_is_named_with_its_mode()
    {
        await using var server = await SshServer.StartAsync();
        File.SetUnixFileMode(server.Key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options, "0644", server.Key, "chmod 600");
    }

    [Fact(Timeout = 180_000)]
    public async Task N54_A_key_file_that_is_not_there_is_named()
    {
        await using var server = await SshServer.StartAsync();
        await File.WriteAllTextAsync(server.Config, $"UserKnownHostsFile {server.KnownHosts}\nIdentityAgent none\n");
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options with { KeyFile = "/nonexistent/id" }, "/nonexistent/id", "not there");
    }

    [Fact(Timeout = 180_000)]
    public async Task N55_A_server_that_takes_passwords_only_is_told_apart()
    {
        await using var server = await SshServer.StartAsync("PubkeyAuthentication no\nPasswordAuthentication yes\nBanner $F/banner\n", setup: "head -c 100000 /dev/zero | tr '\\0' 'b' | fold -w 100 >$F/banner");
        await Failing.AsAsync(FailureClass.SshLogin, server, server.Options, "passwords only", "--ssh-password");
    }

    [Fact(Timeout = 180_000)]
    public async Task N55_A_long_banner_never_mixes_with_output()
    {
        await using var server = await SshServer.StartAsync("Banner $F/banner\n", setup: "head -c 100000 /dev/zero | tr '\\0' 'b' | fold -w 100 >$F/banner; printf 'no line end' >>$F/banner");
        await using var session = await server.OpenAsync();
        var result = await session.RunAsync(new("both", "echo out; echo err >&2", TimeSpan.FromSeconds(9)), TestContext.Current.CancellationToken);
        Assert.Equal(new ScriptResult(0, "out\n", "err", false), result);
    }

    [Fact(Timeout = 180_000)]
    public async Task N55_A_password_is_asked_for_on_the_terminal_by_ssh_itself()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script") && File.Exists("/usr/bin/openssl"), "needs script and openssl");
        await using var server = await SshServer.StartAsync("PasswordAuthentication yes\nPermitRootLogin yes\nPubkeyAuthentication no\n",
            setup: "sed \"s|^root:[^:]*|root:$(openssl passwd -6 open-sesame)|\" /etc/shadow >$F/shadow; mount --bind $F/shadow /etc/shadow");
        using var child = Process.Start(ChildSession.OnTerminal(server.Target, server.Config, "echo hi"))!;
        var said = "";
        var buffer = new char[256];
        while (await child.StandardOutput.ReadAsync(buffer) is > 0 and var length)
        {
            said += new string(buffer, 0, length);
            if (said.EndsWith("password: ", StringComparison.Ordinal))
                await child.StandardInput.WriteLineAsync("open-sesame");
        }
        Assert.Contains("password: ", said);
        Assert.EndsWith("ended 0\r\n", said);
        Assert.DoesNotContain("open-sesame", said);
    }

    private static async Task<Process> AgentAsync(SshServer server, params string[] keys)
    {
        var socket = Path.Combine(server.Folder, "agent");
        var agent = (await ChildProcess.StartAsync("ssh-agent", ["-D", "-a", socket], new Dictionary<string, string?>(), ownSession: false))!;
        for (var attempt = 0; attempt < 200 && !File.Exists(socket); attempt++)
            await Task.Delay(20);
        await SshServer.RunAsync("env", ["SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", .. keys]);
        await File.WriteAllTextAsync(server.Config, $"UserKnownHostsFile {server.KnownHosts}\nGlobalKnownHostsFile /dev/null\nIdentityAgent {socket}\nIdentityFile {server.Folder}/none\n");
        return agent;
    }
}
