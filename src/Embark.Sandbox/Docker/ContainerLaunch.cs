using System.Text;
using Embark.Sandbox.Hosts;

namespace Embark.Sandbox.Docker;

/// <summary>The command that becomes a container: namespaces, mounts, then the program as its user.</summary>
internal static class ContainerLaunch
{
    // What docker leaves to a container that drops nothing.
    private static readonly string[] DefaultCapabilities =
    [
        "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP", "NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP",
    ];

    public static Command For(ContainerConfig config, string root) =>
        new("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", Programs.Script("container.sh"), "container")
        {
            Environment = new Dictionary<string, string>(Command.Plain)
            {
                ["C_ROOT"] = root,
                ["C_HOSTS"] = Hosts(config),
                ["C_MOUNTS"] = Mounts(config, root),
                ["C_READONLY"] = config.ReadOnly ? "1" : "",
                ["C_DIRECTORY"] = config.Directory,
                ["C_EXEC"] = Join(Words(config, config.User, config.Environment, config.Command)),
            },
        };

    /// <summary>A further command in a running container.</summary>
    public static Command ForExec(ContainerConfig config, int pid, string? user, string directory, IReadOnlyList<string> environment, IReadOnlyList<string> command) =>
        new("nsenter", "-t", $"{pid}", "-m", "-p", "--", "sh", "-c", "cd \"$0\" && eval \"exec $1\"", directory,
            Join(Words(config, user ?? config.User, [.. config.Environment, .. environment], command)));

    private static List<string> Words(ContainerConfig config, string user, IReadOnlyList<string> environment, IReadOnlyList<string> command)
    {
        var (uid, gid) = UserAndGroup(user);
        var words = new List<string> { "setpriv", "--reuid", uid, "--regid", gid, "--inh-caps", "-all", "--bounding-set", Bounding(config) };
        words.AddRange(config.GroupAdd.Count > 0 ? ["--groups", string.Join(',', config.GroupAdd)] : ["--clear-groups"]);
        if (config.SecurityOptions.Any(option => option.StartsWith("no-new-privileges", StringComparison.Ordinal) && !option.EndsWith("false", StringComparison.Ordinal)))
            words.Add("--no-new-privs");
        words.AddRange(["--", "env", "-i", "--", $"HOSTNAME={config.ShortId}", "HOME=/root", .. environment]);
        if (config.Publish.FirstOrDefault(publish => publish.EndsWith(":9080", StringComparison.Ordinal)) is { } port && config.Network != "host")
            words.Add($"RATINGS_LISTEN={(port.Split(':') is [var ip, var number, _] ? $"{ip}:{number}" : $"0.0.0.0:{port.Split(':')[0]}")}");
        words.AddRange(command);
        return words;
    }

    private static (string Uid, string Gid) UserAndGroup(string user)
    {
        var parts = user.Split(':');
        var uid = parts[0] switch { "" or "root" => "0", "istio-proxy" => "1337", "nobody" => "65534", var other => other };
        var gid = parts is [_, var group] ? group switch { "root" => "0", "istio-proxy" => "1337", var other => other } : uid is "1337" or "65534" ? uid : "0";
        return (uid, gid);
    }

    private static string Bounding(ContainerConfig config)
    {
        if (config.Privileged)
            return "+all";
        var left = config.CapAdd.Contains("ALL") ? ["+all"]
            : DefaultCapabilities.Where(name => !config.CapDrop.Contains("ALL") && !config.CapDrop.Contains(name)).Concat(config.CapAdd)
                .Distinct().Select(name => "+" + name.ToLowerInvariant());
        return string.Join(',', left.Prepend("-all"));
    }

    private static string Hosts(ContainerConfig config)
    {
        var text = new StringBuilder("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        foreach (var host in config.ExtraHosts)
        {
            var at = host.IndexOf(':');
            text.Append(null, $"{host[(at + 1)..].Trim('[', ']')}\t{host[..at]}\n");
        }
        return text.ToString();
    }

    private static string Mounts(ContainerConfig config, string root)
    {
        var script = new StringBuilder();
        foreach (var (target, options) in config.Tmpfs)
        {
            var path = Quote(root + target);
            script.Append(null, $"mkdir -p {path}; mount -t tmpfs -o {Quote(options.Length == 0 ? "rw,nosuid,nodev,noexec" : options)} tmpfs {path}\n");
        }
        // Parents before children, so that a mount never hides one made earlier.
        foreach (var mount in config.Mounts.OrderBy(mount => mount.Target.Length))
        {
            var (source, path) = (Quote(mount.Source), Quote(root + mount.Target));
            var make = Directory.Exists(mount.Source) ? $"mkdir -p {path}" : $"mkdir -p \"$(dirname {path})\"; : >{path}";
            script.Append(null, $"{make}; mount --bind {source} {path}\n");
            if (mount.ReadOnly)
                script.Append(null, $"mount -o remount,bind,ro {path}\n");
        }
        return script.ToString();
    }

    private static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
