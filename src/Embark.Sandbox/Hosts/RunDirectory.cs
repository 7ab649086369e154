using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Embark.Sandbox.Hosts;

/// <summary>
/// The directory of one running sandbox: keys, logs, settings; mode 0700. It is <c>run</c> below the directory that the user named,
/// so that nothing of the user's is ever swept. It is held by a lock, and goes away with us: on dispose, or through a waiting shell
/// when we are killed.
/// </summary>
internal sealed class RunDirectory : IAsyncDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string Sweep = """
        cat >/dev/null
        exec 9<>"$0/lock"
        flock -n 9 || exit 0
        rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }
        rmdir -- "$@" 2>/dev/null
        for try in 1 2 3 4 5 6 7 8 9; do
            left=
            for group in /sys/fs/cgroup/GROUP /sys/fs/cgroup/*/GROUP; do
                [ -d "$group" ] || continue
                find "$group" -depth -type d -exec rmdir {} \; 2>/dev/null
                [ ! -d "$group" ] || left=1
            done
            [ "$left" ] || exit 0
            sleep 0.3
        done
        """;

    private readonly FileStream _lock;
    private readonly Process _sweeper;

    private RunDirectory(string path, FileStream @lock, Process sweeper) => (Path, _lock, _sweeper) = (path, @lock, sweeper);

    public string Path { get; }

    /// <summary>Name of the control group below which a real Docker engine may make its own; swept at the end.</summary>
    public string ControlGroup => ControlGroupOf(Path);

    /// <summary>Where a sandbox is when nobody says otherwise: <c>EMBARK_SANDBOX_DIR</c>, else one place for each user.</summary>
    public static string Default => Environment.GetEnvironmentVariable("EMBARK_SANDBOX_DIR") is { Length: > 0 } named ? named : System.IO.Path.Combine(Parent, "sandbox");

    /// <summary>The part of a sandbox's directory that is ours.</summary>
    public static string Of(string directory) => System.IO.Path.Combine(System.IO.Path.GetFullPath(directory), "run");

    private static string Parent => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
        ? System.IO.Path.Combine(runtime, "embark")
        : $"/tmp/embark-{Native.EffectiveUser()}";

    /// <summary>A directory that nobody else has, for a sandbox of a test or a benchmark.</summary>
    public static string Fresh() => System.IO.Path.Combine(Parent, Guid.NewGuid().ToString("n")[..8]);

    /// <summary>True when a sandbox runs in the directory.</summary>
    public static bool IsHeld(string directory)
    {
        try
        {
            using var probe = new FileStream(LockOf(Of(directory)), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public static RunDirectory Open(string directory)
    {
        var path = Of(directory);
        if (path.Any(c => char.IsWhiteSpace(c) || c is ',' or ':' or '"' or '\'' or '\\' or '%'))
            throw new SandboxException($"directory {path}: its name cannot hold blanks, quotes, ',', ':' or '%'", "name another with --dir");
        var made = !Directory.Exists(directory);
        var @lock = Take(path);
        foreach (var left in Directory.EnumerateFileSystemEntries(path).Where(entry => entry != LockOf(path)))
            Remove(left);
        // The shell outlives us by a moment. It takes the lock first: a sandbox that started in our place keeps its directory.
        // Directories above are removed only when they are ours and empty.
        string[] above = [.. made ? [System.IO.Path.GetDirectoryName(path)!] : Array.Empty<string>(), Parent];
        var sweeper = new Command(
        [
            "sh", "-c",
            Sweep.Replace("GROUP", ControlGroupOf(path), StringComparison.Ordinal),
            path, .. above,
        ]).Start();
        return new(path, @lock, sweeper);
    }

    /// <summary>A path below this directory.</summary>
    public string File(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Makes a directory below this one.</summary>
    public string MakeDirectory(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(File(parts), Private).FullName;

    /// <summary>Writes a file that only we can read; whole or not at all.</summary>
    public async Task<string> WriteAsync(string name, string text, CancellationToken cancellationToken)
    {
        var path = File(name);
        var next = path + ".next";
        await using (var stream = new FileStream(next, new FileStreamOptions
        {
            Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        await using (var writer = new StreamWriter(stream))
            await writer.WriteAsync(text.AsMemory(), cancellationToken);
        System.IO.File.Move(next, path, overwrite: true);
        return path;
    }

    public async ValueTask DisposeAsync()
    {
        await _lock.DisposeAsync();
        _sweeper.StandardInput.Close();
        await _sweeper.WaitForExitAsync();
        _sweeper.Dispose();
    }

    private static string ControlGroupOf(string path) => $"embark-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..12]}";

    private static string LockOf(string path) => System.IO.Path.Combine(path, "lock");

    private static FileStream Take(string path)
    {
        while (true)
        {
            MakePrivate(path);
            try
            {
                if (!System.IO.File.Exists(LockOf(path)) && Directory.EnumerateFileSystemEntries(path).Any())
                    throw new SandboxException($"{path} exists and is no sandbox's", "name another directory with --dir");
                var taken = new FileStream(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                if (System.IO.File.Exists(LockOf(path)))
                    return taken;
                taken.Dispose();   // swept away between opening and locking
            }
            catch (DirectoryNotFoundException)
            {
                // Swept away under our hands: once more.
            }
            catch (IOException held) when (held is not (FileNotFoundException or PathTooLongException))
            {
                throw new SandboxException($"a sandbox already runs in {path}", "end it with 'embark sandbox down', or name another directory with --dir", held);
            }
        }
    }

    // From the outside in, so that what is refused leaves nothing half made.
    private static void MakePrivate(string directory)
    {
        foreach (var ours in directory.StartsWith(Parent + "/", StringComparison.Ordinal) ? new[] { Parent, directory } : [directory])
        {
            Directory.CreateDirectory(ours, Private);
            if (!Native.IsOwnDirectory(ours))
                throw new SandboxException($"directory {ours} is a link, or belongs to somebody else", "name another with --dir");
            if (System.IO.File.GetUnixFileMode(ours) != Private)
                System.IO.File.SetUnixFileMode(ours, Private);
        }
    }

    private static void Remove(string entry)
    {
        if (Directory.Exists(entry) && new FileInfo(entry).LinkTarget is null)
            Directory.Delete(entry, recursive: true);
        else
            System.IO.File.Delete(entry);
    }
}
