using Embark.Planning;

namespace Embark.Ssh;

/// <summary>The public key that ssh itself would log in with.</summary>
public static class UserKey
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Text of the first <c>.pub</c> file beside the keys that ssh would try for this target; null when there is none.</summary>
    public static async Task<string?> FindAsync(SshTarget target, SshOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        List<string> words = ["-G", .. options.ConfigFile is { } file ? new[] { "-F", file } : [], .. options.KeyFile is { } key ? new[] { "-i", key } : [], "-l", target.User, "-p", target.Port.ToText(), "--", target.Host];
        var answer = await ChildProcess.RunAsync(options.Client, words, options.Variables, Limit, cancellationToken);
        var files = (answer?.Output ?? "").Split('\n').Where(line => line.StartsWith("identityfile ", StringComparison.Ordinal)).Select(line => $"{Full(line["identityfile ".Length..])}.pub");
        return files.FirstOrDefault(File.Exists) is { } found ? (await File.ReadAllTextAsync(found, cancellationToken)).Trim() : null;
    }

    private static string Full(string path) => path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..]) : path;
}
