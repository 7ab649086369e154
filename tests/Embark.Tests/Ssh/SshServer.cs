using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>A real sshd on a loopback port, with keys made for it; it logs in the user of the tests. Other shells and homes by a mount namespace of its own.</summary>
internal sealed class SshServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _log = [];

    private SshServer(string folder, int port, Process process)
    {
        (Folder, Port, _process) = (folder, port, process);
        process.ErrorDataReceived += (_, line) => { lock (_log) if (line.Data is not null) _log.Add(line.Data); };
        process.BeginErrorReadLine();
    }

    public string Folder { get; }
    public int Port { get; }
    public string Key => Path.Combine(Folder, "id");
    public string HostKey => Path.Combine(Folder, "host");
    public string KnownHosts => Path.Combine(Folder, "known_hosts");
    public string Config => Path.Combine(Folder, "config");
    public string Home => Path.Combine(Folder, "home");
    public string Log { get { lock (_log) return string.Join('\n', _log); } }
    public SshTarget Target => new(Environment.UserName, "127.0.0.1", Port);

    /// <summary>Options of a client that trusts this server and may log in.</summary>
    public SshOptions Options => new() { ConfigFile = Config, KnownHostsFile = Path.Combine(Folder, "own_known_hosts"), Holder = "tester@here" };

    /// <param name="sshd">Further lines of sshd_config; they come first, so they win.</param>
    /// <param name="shell">Login shell; null for the machine's.</param>
    /// <param name="setup">Shell lines that run in the server's mount namespace before it starts; $F is its folder.</param>
    public static async Task<SshServer> StartAsync(string sshd = "", string? shell = null, string setup = "")
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/sshd"), "needs sshd");
        Assert.SkipUnless(Environment.UserName == "root", "needs root: sshd in a mount namespace of its own");
        Directory.CreateDirectory("/run/sshd");
        var folder = $"/var/tmp/embark-ssh-{Guid.NewGuid():N}";   // not /tmp: some tests mount over it
        Directory.CreateDirectory(Path.Combine(folder, "home"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await MakeKeyAsync(Path.Combine(folder, "id"));
        await MakeKeyAsync(Path.Combine(folder, "host"));
        File.Copy(Path.Combine(folder, "id.pub"), Path.Combine(folder, "authorized_keys"));

        for (var attempt = 0; ; attempt++)
        {
            var port = FreePort();
            await File.WriteAllTextAsync(Path.Combine(folder, "sshd_config"), $"""
                {sshd.Replace("$F", folder, StringComparison.Ordinal)}
                ListenAddress 127.0.0.1
                Port {port}
                HostKey {folder}/host
                PidFile none
                AuthorizedKeysFile {folder}/authorized_keys
                StrictModes no
                UsePAM no
                PasswordAuthentication no
                KbdInteractiveAuthentication no
                MaxStartups 100
                LogLevel VERBOSE
                """);
            // Its own home and, if asked, login shell: mounted over what the machine has, seen by this server alone.
            var passwd = $"sed -i 's#^\\({Environment.UserName}:[^:]*:[^:]*:[^:]*:[^:]*\\):.*#\\1:{folder}/home:{shell ?? "/bin/bash"}#' {folder}/passwd";
            await File.WriteAllTextAsync(Path.Combine(folder, "start"), $"""
                set -e
                F={folder}
                cp /etc/passwd {folder}/passwd
                {passwd}
                mount --bind {folder}/passwd /etc/passwd
                {setup}
                exec /usr/sbin/sshd -D -e -f {folder}/sshd_config
                """);
            // By the product's own starter: sshd dies with the tests, and not with some thread of the pool.
            var process = (await ChildProcess.StartAsync("unshare", ["--mount", "--propagation", "private", "sh", Path.Combine(folder, "start")], new Dictionary<string, string?>(), ownSession: false))!;
            var server = new SshServer(folder, port, process);
            if (await server.ListensAsync())
            {
                await server.WriteConfigAsync();
                return server;
            }
            if (attempt == 3)
                Assert.Fail($"sshd did not start: {server.Log}");
        }
    }

    /// <summary>known_hosts with this server's key, and an ssh_config that names it and the key; further lines come first.</summary>
    public async Task WriteConfigAsync(string lines = "")
    {
        await File.WriteAllTextAsync(KnownHosts, $"[127.0.0.1]:{Port} {await File.ReadAllTextAsync(HostKey + ".pub")}");
        await File.WriteAllTextAsync(Config, $"""
            {lines}
            UserKnownHostsFile {KnownHosts}
            GlobalKnownHostsFile /dev/null
            IdentityFile {Key}
            IdentitiesOnly yes
            IdentityAgent none
            """);
    }

    public Task<SshSession> OpenAsync() => OpenAsync(Options);

    public Task<SshSession> OpenAsync(SshOptions options) => SshSession.OpenAsync(Target, options, TestContext.Current.CancellationToken);

    public static async Task MakeKeyAsync(string path, string passphrase = "", string type = "ed25519") =>
        await RunAsync("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "test", "-f", path);

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await error}");
        return output;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        // The sessions of sshd are processes of their own; the test closed them.
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        for (var attempt = 0; Directory.Exists(Folder); attempt++)
        {
            try
            {
                Directory.Delete(Folder, recursive: true);
            }
            catch (IOException) when (attempt < 20)
            {
                await Task.Delay(50);   // a session that is just ending writes its last line
            }
        }
    }

    private async Task<bool> ListensAsync()
    {
        for (var attempt = 0; attempt < 200 && !_process.HasExited; attempt++)
        {
            if (Log.Contains("Server listening", StringComparison.Ordinal))
                return true;
            await Task.Delay(50);
        }
        return false;
    }
}
