using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about reaching the VM at all.</summary>
public sealed class ReachTests
{
    private static readonly SshTarget Nowhere = new("vm", "10.9.9.9", 22);
    private static readonly SshOptions Plain = new() { ConfigFile = "none", KnownHostsFile = "/nonexistent/known_hosts" };

    [Fact(Timeout = 180_000)]
    public async Task N44_A_name_that_is_not_known_is_told_apart()
    {
        using var space = new ClientNamespace("");
        await Failing.AsAsync(FailureClass.SshUnreachable, new SshTarget("vm", "no-such-host.invalid", 22), Plain with { Client = space.Client }, "name not found", "DNS");
    }

    [Theory(Timeout = 180_000)]
    [InlineData("")]
    [InlineData("ip link set lo up; ip route add unreachable 10.9.9.9/32")]
    public async Task N44_No_route_is_told_apart(string setup)
    {
        using var space = new ClientNamespace(setup);
        await Failing.AsAsync(FailureClass.SshUnreachable, Nowhere, Plain with { Client = space.Client }, "no route");
    }

    [Fact(Timeout = 180_000)]
    public async Task N44_A_refused_connection_is_told_apart() =>
        await Failing.AsAsync(FailureClass.SshUnreachable, new SshTarget("vm", "127.0.0.1", SshServer.FreePort()), Plain, "refused", "sshd");

    [Fact(Timeout = 180_000)]
    public async Task N45_Dropped_packets_end_at_the_connect_timeout()
    {
        using var space = new ClientNamespace("""
            ip link add d0 type veth peer name d1; ip addr add 10.9.9.1/24 dev d0; ip link set d0 up; ip link set d1 up
            ip neigh replace 10.9.9.9 lladdr 02:00:00:00:00:99 dev d0 nud permanent
            """);
        var watch = Stopwatch.StartNew();
        await Failing.AsAsync(FailureClass.SshUnreachable, Nowhere, Plain with { Client = space.Client, ConnectTimeout = TimeSpan.FromSeconds(2) }, "no answer", "timed out");
        Assert.InRange(watch.Elapsed.TotalSeconds, 1.5, 30);
    }

    [Fact(Timeout = 180_000)]
    public async Task N46_A_server_that_says_nothing_ends_at_the_connect_timeout()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await Failing.AsAsync(FailureClass.SshUnreachable, At(silent), Plain with { ConnectTimeout = TimeSpan.FromSeconds(2) }, "banner exchange");
    }

    [Fact(Timeout = 180_000)]
    public async Task N46_An_http_server_is_told_apart()
    {
        using var http = new TcpListener(IPAddress.Loopback, 0);
        http.Start();
        var answering = Task.Run(async () =>
        {
            using var client = await http.AcceptTcpClientAsync();
            await client.GetStream().ReadAtLeastAsync(new byte[256], 1);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html></html>\r\n"));
        });
        await Failing.AsAsync(FailureClass.SshUnreachable, At(http), Plain, "not an SSH server", "HTTP/1.1 400");
        await answering;
    }

    [Fact(Timeout = 180_000)]
    public async Task N57_A_server_that_drops_logins_at_random_loses_none()
    {
        await using var server = await SshServer.StartAsync("MaxStartups 2:60:6\n");
        var gate = new StartGate();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            await using var session = await server.OpenAsync(server.Options with { Gate = gate, LockWait = TimeSpan.FromSeconds(60), ConnectTimeout = TimeSpan.FromSeconds(30) });
            return (await session.RunAsync(new("count", $"echo {number}", TimeSpan.FromSeconds(20)), TestContext.Current.CancellationToken)).Output;
        }));
        Assert.Equal(Enumerable.Range(0, 12).Select(number => $"{number}\n"), sessions);
        Assert.Equal(0, gate.Starting);
    }

    [Fact(Timeout = 180_000)]
    public async Task N59_A_missing_client_is_a_usage_error_that_names_the_package()
    {
        var thrown = await Assert.ThrowsAsync<EmbarkException>(() => SshSession.OpenAsync(Nowhere, Plain with { Client = "ssh-that-is-not-there" }, TestContext.Current.CancellationToken));
        Assert.Equal(FailureClass.Usage, thrown.Failure);
        Assert.Contains("openssh-client", thrown.Fix);
    }

    [Fact(Timeout = 180_000)]
    public async Task N59_A_client_before_8_7_is_asked_again_without_the_new_options()
    {
        await using var server = await SshServer.StartAsync();
        var old = Stub(server, """
            case "$*" in *SessionType*) echo "command-line: line 0: Bad configuration option: sessiontype" >&2; exit 255 ;; esac
            exec ssh "$@"
            """);
        await using var session = await server.OpenAsync(server.Options with { Client = old });
        Assert.True((await session.RunAsync(new("true", "true", TimeSpan.FromSeconds(9)), TestContext.Current.CancellationToken)).Succeeded);
    }

    [Fact(Timeout = 180_000)]
    public async Task N59_A_client_too_old_is_named_with_version_and_option()
    {
        await using var server = await SshServer.StartAsync();
        var old = Stub(server, """
            if [ "$1" = -V ]; then echo "OpenSSH_7.2p2, OpenSSL 1.0.2" >&2; exit 0; fi
            echo "command-line: line 0: Bad configuration option: remotecommand" >&2; exit 255
            """);
        await Failing.AsAsync(FailureClass.Usage, server, server.Options with { Client = old }, "OpenSSH_7.2p2", "remotecommand", "7.6");
    }

    [Fact(Timeout = 180_000)]
    public async Task N59_Another_client_than_OpenSSH_is_named()
    {
        await using var server = await SshServer.StartAsync();
        var other = Stub(server, """
            if [ "$1" = -V ]; then echo "Dropbear v2022.83" >&2; exit 0; fi
            echo "ssh: Invalid option --" >&2; exit 1
            """);
        await Failing.AsAsync(FailureClass.Usage, server, server.Options with { Client = other }, "Dropbear", "not an OpenSSH client");
    }

    [Theory(Timeout = 60_000)]
    [InlineData("vm", "-oProxyCommand=touch /tmp/x")]
    [InlineData("vm", "a b")]
    [InlineData("vm", "$(id)")]
    [InlineData("x`id`", "10.9.9.9")]
    [InlineData("-lroot", "10.9.9.9")]
    public async Task W34_Hosts_and_users_that_could_be_options_never_reach_ssh(string user, string host)
    {
        var canary = Path.Combine(Path.GetTempPath(), $"canary-{Guid.NewGuid():N}");
        var client = canary + ".sh";
        await File.WriteAllTextAsync(client, $"#!/bin/sh\ntouch {canary}\n");
        File.SetUnixFileMode(client, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Assert.ThrowsAsync<InvalidInputException>(() => SshSession.OpenAsync(new(user, host, 22), Plain with { Client = client }, TestContext.Current.CancellationToken));
        Assert.False(File.Exists(canary));
        File.Delete(client);
    }

    private static SshTarget At(TcpListener listener) => new("vm", "127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);

    private static string Stub(SshServer server, string script)
    {
        var path = Path.Combine(server.Folder, "stub");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }
}
