using System.Diagnostics;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about what the VM's shells do.</summary>
public sealed class RemoteShellTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [InlineData("/bin/bash")]
    [InlineData("/bin/dash")]
    [InlineData("/usr/bin/fish")]
    [InlineData("/bin/tcsh")]
    [InlineData("/bin/rbash")]
    public async Task R61_Any_login_shell_will_do(string shell)
    {
        Assert.SkipUnless(File.Exists(shell), $"needs {shell}");
        await using var server = await SshServer.StartAsync(shell: shell);
        await WorksAsync(server);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("/bin/bash")]
    [InlineData("/bin/busybox")]
    public async Task R61_Any_sh_will_do(string sh)
    {
        Assert.SkipUnless(File.Exists(sh), $"needs {sh}");
        await using var server = await SshServer.StartAsync(setup: $"mount --bind {sh} $(readlink -f /bin/sh)");
        await WorksAsync(server);
        await using var session = await server.OpenAsync();
        var program = await session.RunAsync(new("which", "sha256sum </proc/$$/exe", Limit), Cancelled);
        Assert.StartsWith((await SshServer.RunAsync("sha256sum", sh)).Split(' ')[0], program.Output);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("/usr/sbin/nologin", "", "not available")]
    [InlineData("/bin/false", "", "does not run 'sh -s'")]
    [InlineData("/bin/bash", "ForceCommand internal-sftp\n", "does not run 'sh -s'")]
    [InlineData("/bin/bash", "ForceCommand echo only this\n", "only this")]
    public async Task R62_An_account_without_a_shell_is_not_ready(string shell, string sshd, string words)
    {
        await using var server = await SshServer.StartAsync(sshd, shell);
        await Failing.AsAsync(FailureClass.VmNotReady, server, server.Options, words, "nologin");
    }

    [Theory(Timeout = 180_000)]
    [InlineData("echo hello; echo 'no end' >&2; printf noise")]
    [InlineData("cd /proc")]
    [InlineData("umask 077; set -u; set -o noclobber")]
    [InlineData("alias echo='rm -rf'; alias main=false; shopt -s expand_aliases; echo() { false; }; export -f echo")]
    [InlineData("export IFS=x CDPATH=/tmp PATH=/nowhere:$PATH LC_ALL=tr_TR.UTF-8 POSIXLY_CORRECT=1")]
    [InlineData("[ -z \"$PS1\" ] && return; exit 1")]
    public async Task R63_What_bashrc_does_has_no_effect(string bashrc)
    {
        await using var server = await SshServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(server.Home, ".bashrc"), bashrc + "\n");
        await WorksAsync(server);
    }

    [Fact(Timeout = 180_000)]
    public async Task R63_A_bashrc_that_exits_is_not_ready_and_is_named()
    {
        await using var server = await SshServer.StartAsync();
        await File.WriteAllTextAsync(Path.Combine(server.Home, ".bashrc"), "echo good bye; exit 0\n");
        await Failing.AsAsync(FailureClass.VmNotReady, server, server.Options, "good bye", "~/.bashrc");
    }

    [Fact(Timeout = 180_000)]
    public async Task R64_A_session_shell_that_is_killed_is_the_steps_failure_not_the_networks()
    {
        await using var server = await SshServer.StartAsync();
        await using var session = await server.OpenAsync();
        var thrown = await Assert.ThrowsAsync<EmbarkException>(() => session.RunAsync(new("suicide", "kill -9 $$", Limit) { Failure = FailureClass.VmNotReady }, Cancelled));
        Assert.Equal(FailureClass.VmNotReady, thrown.Failure);
        Assert.Contains("'suicide'", thrown.Message);
        Assert.Contains("ended from outside", thrown.Message);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("mount -t tmpfs -o size=64k tmpfs /tmp; head -c 100000 /dev/zero >/tmp/full 2>/dev/null || true; mount --bind /bin/bash $(readlink -f /bin/sh)", "R71")]
    [InlineData("mount -t tmpfs -o noexec tmpfs /tmp", "R72")]
    [InlineData("mount -t tmpfs -o ro tmpfs /tmp", "R72")]
    public async Task R71_R72_Nothing_needs_tmp(string setup, string row)
    {
        await using var server = await SshServer.StartAsync(setup: setup);
        await using var session = await server.OpenAsync();
        var content = new byte[300_000];
        Random.Shared.NextBytes(content);
        var result = await session.RunAsync(new($"{row}: write", RemoteFile.Write($"{server.Home}/file", UnixFileMode.UserRead, content), Limit), Cancelled);
        Assert.True(result.Succeeded, result.ErrorTail);
        Assert.Equal(content, await File.ReadAllBytesAsync($"{server.Home}/file"));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("dash")]
    [InlineData("bash")]
    [InlineData("busybox")]
    public async Task R66_A_script_cut_at_any_byte_runs_not_at_all(string shell)
    {
        var folder = Directory.CreateTempSubdirectory("embark-cut-").FullName;
        var canary = Path.Combine(folder, "canary");
        var piece = SessionShell.Piece("@n", 1, new("remove", $"rm {canary}", Limit), forgetFailures: false);
        // The session's functions in small: what runs is what embark_run calls.
        var functions = "embark_run() { (main); }\n"u8.ToArray();
        for (var length = 0; length <= piece.Length; length++)
        {
            await File.WriteAllTextAsync(canary, "");
            await RunAsync(shell, [.. functions, .. piece[..length]]);
            var complete = System.Text.Encoding.UTF8.GetString(piece, 0, length).TrimEnd().EndsWith('}') && length > piece.Length - 10
                || length >= piece.Length - "} # @n\n".Length + 1;
            Assert.True(File.Exists(canary) != complete, $"cut after {length} of {piece.Length} bytes");
        }
        Directory.Delete(folder, recursive: true);
    }

    private static async Task RunAsync(string shell, byte[] script)
    {
        using var process = Process.Start(new ProcessStartInfo(shell, shell == "busybox" ? ["sh", "-s"] : ["-s"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        await process.StandardInput.BaseStream.WriteAsync(script);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
    }

    private static async Task WorksAsync(SshServer server)
    {
        await using var session = await server.OpenAsync();
        var first = session.RunAsync(new("words", $"printf '%s|' {ShellQuote.Join(["a b", "it's", "!x", "$y", "new\nline", ""])}; echo \"$(pwd) $(umask)\"; echo e >&2", Limit), Cancelled);
        var second = session.RunAsync(new("file", RemoteFile.Write($"{server.Home}/f", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "text"u8), Limit), Cancelled);
        var third = session.RunAsync(new("fails", "false", Limit), Cancelled);
        Assert.Equal(new ScriptResult(0, "a b|it's|!x|$y|new\nline||/ 0077\n", "e", false), await first);
        Assert.True((await second).Succeeded, (await second).ErrorTail);
        Assert.Equal(1, (await third).ExitCode);
        Assert.Equal("text", await File.ReadAllTextAsync($"{server.Home}/f"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode($"{server.Home}/f"));
    }
}
