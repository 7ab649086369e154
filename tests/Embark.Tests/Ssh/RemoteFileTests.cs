using Embark.Kubernetes;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Rows of the fault matrix about files on the VM: whole or not at all, never through links.</summary>
public sealed class RemoteFileTests
{
    private const UnixFileMode Mode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory(Timeout = 180_000)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(RemoteFile.MaximumLength)]
    public async Task Content_of_any_length_arrives_with_its_mode(int length)
    {
        await using var server = await SshServer.StartAsync();
        var content = new byte[length];
        new Random(3).NextBytes(content);
        var path = $"{server.Home}/a file's $name";
        var result = await WriteAsync(server, RemoteFile.Write(path, Mode0600, content));
        Assert.True(result.Succeeded, result.ErrorTail);
        Assert.Equal(content, await File.ReadAllBytesAsync(path));
        Assert.Equal(Mode0600, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(server.Home));
    }

    [Fact(Timeout = 180_000)]
    public async Task A_secret_is_written_like_any_file()
    {
        await using var server = await SshServer.StartAsync();
        using var secret = new Secret("s3cr3t\0"u8);
        await using var session = await server.OpenAsync();
        var result = await session.RunAsync(new("token", RemoteFile.Write($"{server.Home}/token", Mode0600, secret), Limit) { Secrets = [secret] }, Cancelled);
        Assert.True(result.Succeeded, result.ErrorTail);
        Assert.Equal("s3cr3t\0"u8.ToArray(), await File.ReadAllBytesAsync($"{server.Home}/token"));
    }

    [Fact(Timeout = 180_000)]
    public async Task R67_A_temporary_file_of_a_dead_run_is_cleared_and_a_damaged_copy_refused()
    {
        await using var server = await SshServer.StartAsync();
        await File.WriteAllTextAsync($"{server.Home}/file", "old");
        await File.WriteAllTextAsync($"{server.Home}/.embark.AbCdEfGh", "half");
        var damaged = RemoteFile.Write($"{server.Home}/file", Mode0600, "new content"u8).Replace(Convert.ToBase64String("new content"u8)[..8], "", StringComparison.Ordinal);
        var result = await WriteAsync(server, damaged);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("5 of 11 bytes", result.ErrorTail);
        Assert.Equal("old", await File.ReadAllTextAsync($"{server.Home}/file"));
        Assert.Equal([$"{server.Home}/file"], Directory.GetFiles(server.Home));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("mount -t tmpfs -o size=16k,mode=700 tmpfs $F/home/d", "No space left")]
    [InlineData("mount -t tmpfs -o nr_inodes=2,mode=700 tmpfs $F/home/d", "No space left")]
    [InlineData("mount -t tmpfs -o size=1m,mode=700 tmpfs $F/home/d; echo old >$F/home/d/file; mount -o remount,ro $F/home/d", "Read-only")]
    public async Task R69_R70_A_full_or_read_only_disk_keeps_the_old_file(string setup, string words)
    {
        await using var server = await SshServer.StartAsync(setup: $"mkdir $F/home/d; {setup}; echo old >$F/home/d/file || true");
        var result = await WriteAsync(server, RemoteFile.Write($"{server.Home}/d/file", Mode0600, new byte[40_000]));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(words, result.ErrorTail);
        await using var session = await server.OpenAsync();
        Assert.Equal("old\nfile\n", (await session.RunAsync(new("look", $"cat {server.Home}/d/file; ls -A {server.Home}/d", Limit), Cancelled)).Output);
    }

    [Theory(Timeout = 180_000)]
    [InlineData("mkdir $F/home/d; chown 12345 $F/home/d")]
    [InlineData("mkdir $F/home/d; chmod 0777 $F/home/d")]
    [InlineData("mkdir $F/home/d; chmod 0720 $F/home/d")]
    [InlineData("mkdir -m 700 $F/home/e; ln -s $F/home/e $F/home/d")]
    [InlineData("true")]
    public async Task R73_A_directory_that_is_not_ours_alone_is_refused(string setup)
    {
        await using var server = await SshServer.StartAsync(setup: setup);
        var result = await WriteAsync(server, RemoteFile.Write($"{server.Home}/d/file", Mode0600, "x"u8));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("not a directory that this user alone", result.ErrorTail);
        Assert.False(File.Exists($"{server.Home}/d/file"));
    }

    [Theory(Timeout = 180_000)]
    [InlineData("ln -s $F/victim $F/home/file", 0)]
    [InlineData("ln -s $F/nowhere $F/home/file", 0)]
    [InlineData("mkdir $F/dir; ln -s $F/dir $F/home/file", 0)]
    [InlineData("ln $F/victim $F/home/file", 0)]
    [InlineData("mkfifo $F/home/file", 0)]
    [InlineData("mkdir $F/home/file", 1)]
    public async Task R74_A_link_in_the_files_place_is_replaced_and_never_followed(string setup, int exitCode)
    {
        await using var server = await SshServer.StartAsync(setup: $"echo untouched >$F/victim; {setup}");
        var path = $"{server.Home}/file";
        var result = await WriteAsync(server, RemoteFile.Write(path, Mode0600, "new"u8));
        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal("untouched\n", await File.ReadAllTextAsync($"{server.Folder}/victim"));
        Assert.False(File.Exists($"{server.Folder}/nowhere"));
        Assert.False(File.Exists($"{server.Folder}/dir/file"));
        if (exitCode == 0)
        {
            Assert.Null(new FileInfo(path).LinkTarget);
            Assert.Equal("new", await File.ReadAllTextAsync(path));
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task R75_A_wide_mode_of_the_old_file_does_not_stay()
    {
        await using var server = await SshServer.StartAsync(setup: "echo old >$F/home/token; chmod 0666 $F/home/token; chown 12345 $F/home/token");
        var result = await WriteAsync(server, RemoteFile.Write($"{server.Home}/token", Mode0600, "new"u8));
        Assert.True(result.Succeeded, result.ErrorTail);
        Assert.Equal(Mode0600, File.GetUnixFileMode($"{server.Home}/token"));
        Assert.Equal("0\n", await SshServer.RunAsync("stat", "-c", "%u", $"{server.Home}/token"));
    }

    [Fact]
    public void A_file_over_its_cap_is_refused_before_it_is_sent() =>
        Assert.Equal(FailureClass.BadInput, Assert.Throws<EmbarkException>(() => RemoteFile.Write("/d/f", Mode0600, new byte[RemoteFile.MaximumLength + 1])).Failure);

    [Fact]
    public void Text_of_a_vm_cannot_steer_a_terminal() =>
        Assert.Equal("a\\x1b[31mred\\x07    \\u{202e}ß\n\\x9b\\u{e0041}", RemoteText.Printable("a\u001b[31mred\a\t\u202eß\n\u009b" + char.ConvertFromUtf32(0xe0041)));

    private static async Task<ScriptResult> WriteAsync(SshServer server, string body)
    {
        await using var session = await server.OpenAsync();
        return await session.RunAsync(new("write", body, Limit), Cancelled);
    }
}
