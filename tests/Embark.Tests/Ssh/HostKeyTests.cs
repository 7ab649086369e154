using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about host keys: who is on the other side.</summary>
public sealed class HostKeyTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact(Timeout = 180_000)]
    public async Task N47_An_unknown_host_key_stops_with_fingerprint_and_the_command_that_pins_it()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, "not known", await FingerprintAsync(server), $"embark trust {server.Target}");
    }

    [Fact(Timeout = 180_000)]
    public async Task N47_A_confirmed_key_is_pinned_and_not_asked_for_again()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        var asked = new List<HostKey>();
        var options = server.Options with { ConfirmHostKey = (key, _) => { asked.Add(key); return Task.FromResult(true); } };
        await using (var session = await server.OpenAsync(options))
            Assert.Equal("hi\n", (await session.RunAsync(new("hi", "echo hi", TimeSpan.FromSeconds(9)), Cancelled)).Output);
        Assert.Equal(await FingerprintAsync(server), Assert.Single(asked).Fingerprint);
        Assert.Equal($"[127.0.0.1]:{server.Port} {(await File.ReadAllTextAsync(server.HostKey + ".pub")).Split(' ')[0]} ", string.Join(' ', (await File.ReadAllTextAsync(options.KnownHostsFile)).Split(' ')[..2]) + " ");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(options.KnownHostsFile));

        await using (var again = await server.OpenAsync(options with { ConfirmHostKey = null }))
            Assert.Empty(again.Warnings);
        Assert.Single(asked);
    }

    [Fact(Timeout = 180_000)]
    public async Task N47_A_key_that_is_not_confirmed_stops_and_is_not_kept()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        var options = server.Options with { ConfirmHostKey = (_, _) => Task.FromResult(false) };
        await Failing.AsAsync(FailureClass.SshTrust, server, options, "not accepted");
        Assert.False(File.Exists(options.KnownHostsFile));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_target_that_is_not_the_entrys_address_must_be_pinned_already()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        var target = server.Target with { DiffersFromAddress = true };
        var options = server.Options with { ConfirmHostKey = (_, _) => throw new InvalidOperationException("asked") };
        await Failing.AsAsync(FailureClass.SshTrust, target, options, "not the entry's own address", "embark trust");
        var trust = new TrustHost(options);
        await trust.PinAsync(Assert.IsType<HostKey>(await trust.LookAsync(target, Cancelled)), Cancelled);
        await using var session = await SshSession.OpenAsync(target, options, Cancelled);
    }

    [Fact(Timeout = 180_000)]
    public async Task Trust_shows_an_unknown_key_and_nothing_once_it_is_pinned()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        var trust = new TrustHost(server.Options);
        var key = Assert.IsType<HostKey>(await trust.LookAsync(server.Target, Cancelled));
        Assert.Equal(await FingerprintAsync(server), key.Fingerprint);
        Assert.Empty(await trust.PinAsync(key, Cancelled));
        Assert.Null(await trust.LookAsync(server.Target, Cancelled));
    }

    [Fact(Timeout = 180_000)]
    public async Task Trust_refuses_a_key_that_is_not_the_confirmed_one()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        var thrown = await Assert.ThrowsAsync<EmbarkException>(() => new TrustHost(server.Options).PinAsync(new(server.Target, "ssh-ed25519", "SHA256:other"), Cancelled));
        Assert.Equal(FailureClass.SshTrust, thrown.Failure);
        Assert.False(File.Exists(server.Options.KnownHostsFile));
    }

    [Theory(Timeout = 180_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task N48_A_changed_host_key_stops(bool pinnedByEmbark)
    {
        await using var server = await SshServer.StartAsync();
        await SshServer.MakeKeyAsync(Path.Combine(server.Folder, "other"));
        var line = $"[127.0.0.1]:{server.Port} {await File.ReadAllTextAsync(Path.Combine(server.Folder, "other.pub"))}";
        File.Delete(server.KnownHosts);
        await File.WriteAllTextAsync(pinnedByEmbark ? server.Options.KnownHostsFile : server.KnownHosts, line);
        var options = server.Options with { ConfirmHostKey = (_, _) => throw new InvalidOperationException("asked") };
        await Failing.AsAsync(FailureClass.SshTrust, server, options, "CHANGED", $"ssh-keygen -R '[127.0.0.1]:{server.Port}'");
        await Assert.ThrowsAsync<EmbarkException>(() => new TrustHost(options).LookAsync(server.Target, Cancelled));
    }

    [Fact(Timeout = 180_000)]
    public async Task N48_A_changed_host_key_stops_even_when_ssh_config_says_no_checking()
    {
        await using var server = await SshServer.StartAsync();
        await server.WriteConfigAsync("StrictHostKeyChecking no\nVerifyHostKeyDNS yes\nNoHostAuthenticationForLocalhost yes");
        await SshServer.MakeKeyAsync(Path.Combine(server.Folder, "other"));
        await File.WriteAllTextAsync(server.KnownHosts, $"[127.0.0.1]:{server.Port} {await File.ReadAllTextAsync(Path.Combine(server.Folder, "other.pub"))}");
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, "CHANGED");
        File.Delete(server.KnownHosts);
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, "not known");
    }

    [Fact(Timeout = 180_000)]
    public async Task N48_A_revoked_host_key_stops()
    {
        await using var server = await SshServer.StartAsync();
        await File.AppendAllTextAsync(server.KnownHosts, $"@revoked * {await File.ReadAllTextAsync(server.HostKey + ".pub")}");
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, "revoked", "no way around");
    }

    [Fact(Timeout = 180_000)]
    public async Task N48_The_key_of_another_host_is_no_key_of_this_one()
    {
        await using var server = await SshServer.StartAsync();
        await File.WriteAllTextAsync(server.KnownHosts, $"[127.0.0.2]:{server.Port} {await File.ReadAllTextAsync(server.HostKey + ".pub")}");
        await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, "not known");
    }

    [Theory(Timeout = 180_000)]
    [InlineData("127.0.0.1", "+1h", null)]
    [InlineData("127.0.0.1", "-2d:-1d", "expired")]
    [InlineData("other.example", "+1h", "not a listed principal")]
    public async Task N49_Host_certificates_are_taken_when_valid(string principal, string validity, string? refusal)
    {
        await using var server = await SshServer.StartAsync("HostCertificate $F/host-cert.pub\n", setup: $"""
            ssh-keygen -q -t ed25519 -N '' -f $F/ca
            ssh-keygen -q -s $F/ca -I host -h -n {principal} -V {(validity[0] == '-' ? validity : $"-1m:{validity}")} $F/host.pub
            """);
        await File.WriteAllTextAsync(server.KnownHosts, $"@cert-authority *,[127.0.0.1]:* {await File.ReadAllTextAsync(Path.Combine(server.Folder, "ca.pub"))}");
        if (refusal is not null)
        {
            await Failing.AsAsync(FailureClass.SshTrust, server, server.Options, refusal);
            return;
        }
        await using var session = await server.OpenAsync();
        Assert.True(session.Ready.IsCompletedSuccessfully);
    }

    [Fact(Timeout = 180_000)]
    public async Task N50_A_pin_that_cannot_be_saved_is_a_warning()
    {
        await using var server = await SshServer.StartAsync();
        File.Delete(server.KnownHosts);
        // A directory in its place cannot be written by anyone, root included.
        Directory.CreateDirectory(server.Options.KnownHostsFile);
        await using var session = await server.OpenAsync(server.Options with { ConfirmHostKey = (_, _) => Task.FromResult(true) });
        var warning = Assert.Single(session.Warnings);
        Assert.Contains("could not be saved", warning.What);
        Assert.Equal("hi\n", (await session.RunAsync(new("hi", "echo hi", TimeSpan.FromSeconds(9)), Cancelled)).Output);
    }

    [Fact(Timeout = 180_000)]
    public async Task N50_Forty_pins_at_once_are_forty_lines()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("embark-").FullName, "state", "known_hosts");
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => KnownHosts.AppendAsync(file, $"vm{number} ssh-ed25519 {new string('A', 200)}\n", Cancelled))));
        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(Enumerable.Range(0, 40).Select(number => $"vm{number} ssh-ed25519 {new string('A', 200)}").Order(), lines.Order());
        Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(file))!, recursive: true);
    }

    private static async Task<string> FingerprintAsync(SshServer server) => (await SshServer.RunAsync("ssh-keygen", "-lf", server.HostKey + ".pub")).Split(' ')[1];
}
