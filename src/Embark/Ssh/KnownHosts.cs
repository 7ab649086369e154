namespace Embark.Ssh;

/// <summary>Embark's own known_hosts: keys a user has confirmed, in OpenSSH's format, host names in the clear.</summary>
public static class KnownHosts
{
    /// <summary><c>embark/known_hosts</c> under the XDG state directory.</summary>
    public static string DefaultPath()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        if (string.IsNullOrEmpty(state) || !Path.IsPathRooted(state))
            state = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return Path.Combine(state, "embark", "known_hosts");
    }

    /// <summary>Whether the file is there and holds anything.</summary>
    internal static bool HasEntries(string path) => new FileInfo(path) is { Exists: true, Length: > 0 };

    /// <summary>Adds whole lines while holding the file, so that runs side by side never mix theirs.</summary>
    internal static async Task AppendAsync(string path, string lines, CancellationToken cancellationToken)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // FileShare.None is flock on Unix: another run that appends is waited for.
                await using var file = new FileStream(path, new FileStreamOptions
                {
                    Mode = FileMode.Append,
                    Access = FileAccess.Write,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                    BufferSize = 0,
                });
                await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(lines), cancellationToken);
                return;
            }
            catch (IOException) when (attempt < 100 && File.Exists(path))
            {
                await Task.Delay(20, cancellationToken);
            }
        }
    }
}
