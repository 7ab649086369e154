using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Embark.Sandbox.Docker;

/// <summary>The words of <c>docker run</c> and <c>docker create</c>, turned into a container's configuration.</summary>
internal static partial class RunWords
{
    private const string Grammar =
        "d|detach i|interactive t|tty rm init read-only privileged P|publish-all name= restart= network= net= u|user= group-add= cap-add= cap-drop= "
        + "security-opt= tmpfs= mount= v|volume= env-file= e|env= add-host= l|label= log-driver= log-opt= m|memory= memory-swap= memory-reservation= "
        + "cpus= c|cpu-shares= pids-limit= ulimit= entrypoint= w|workdir= p|publish= h|hostname= pull= q|quiet stop-timeout= stop-signal= platform= cidfile= "
        + "pid= ipc= uts= userns= sysctl= shm-size= oom-score-adj= runtime= dns= expose= a|attach= sig-proxy";

    public static Flags Parse(string command, IReadOnlyList<string> words)
    {
        var flags = Flags.Parse(command, words, Grammar, mixed: false);
        return flags.Rest.Count > 0
            ? flags
            : throw new DockerException(
                $"\"docker {command}\" requires at least 1 argument.\nSee 'docker {command} --help'.\n\nUsage:  docker {command} [OPTIONS] IMAGE [COMMAND] [ARG...]", 1);
    }

    public static ContainerConfig Configure(Flags flags, DockerImage image, EngineRequest request, TimeProvider clock)
    {
        var name = flags.Value("name");
        if (name is not null && !NameGrammar().IsMatch(name))
            throw DockerException.Daemon($"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var entrypoint = flags.Value("entrypoint") is { } own ? (own.Length == 0 ? [] : [own]) : image.Entrypoint;
        var (policy, retries) = Restart(flags.Value("restart") ?? "no");
        if (policy != "no" && flags.Has("rm"))
            throw new DockerException("Conflicting options: --restart and --rm", 125);
        var arguments = flags.Rest.Skip(1).ToList();
        if (entrypoint.Count == 0 && arguments.Count == 0)
            arguments = ["/bin/sh"];
        return new()
        {
            Id = id,
            Name = name?.TrimStart('/') ?? $"sandbox_{id[..8]}",
            Created = clock.GetUtcNow(),
            Image = flags.Rest[0],
            ImageId = image.Id,
            Entrypoint = entrypoint,
            Arguments = arguments,
            Environment = Environment(flags, request),
            Labels = Pairs(flags.Values("label")),
            Mounts = [.. flags.Values("mount").Select(Mount).OfType<ContainerMount>(), .. flags.Values("volume").Select(Volume)],
            Tmpfs = flags.Values("tmpfs").Select(text => text.Split(':', 2)).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.Last() is [_, var o] ? o : ""),
            ExtraHosts = [.. flags.Values("add-host").Select(Host)],
            CapAdd = [.. flags.Values("cap-add").Select(Capability)],
            CapDrop = [.. flags.Values("cap-drop").Select(Capability)],
            SecurityOptions = flags.Values("security-opt"),
            GroupAdd = flags.Values("group-add"),
            Publish = flags.Values("publish"),
            LogDriver = flags.Value("log-driver") ?? "json-file",
            LogOptions = Pairs(flags.Values("log-opt")),
            RestartPolicy = policy,
            MaximumRetries = retries,
            Network = flags.Value("network") ?? flags.Value("net") ?? "default",
            User = flags.Value("user") ?? "",
            Directory = flags.Value("workdir") ?? "/",
            ReadOnly = flags.Has("read-only"),
            AutoRemove = flags.Has("rm"),
            Privileged = flags.Has("privileged"),
            Memory = Bytes(flags.Value("memory")),
            NanoCpus = flags.Value("cpus") is { } cpus ? (long)(decimal.Parse(cpus, CultureInfo.InvariantCulture) * 1_000_000_000m) : 0,
        };
    }

    // docker's grammar: leading blanks trimmed, empty and # lines skipped, the text after the first = literally;
    // a name alone takes the caller's variable; at most 64 KiB a line.
    internal static IEnumerable<string> ReadEnvironmentFile(string path, EnvironmentFile file, IReadOnlyDictionary<string, string> caller)
    {
        if (file.Error.Length > 0)
            throw new DockerException($"docker: {file.Error}.\nSee 'docker run --help'.", 125);
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(file.Content);
        }
        catch (DecoderFallbackException)
        {
            throw Refused($"env file {path} contains invalid utf8 bytes at line 1");
        }
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            if (Encoding.UTF8.GetByteCount(raw) >= 65536)
                throw Refused("bufio.Scanner: token too long");
            var line = raw.TrimEnd('\r').TrimStart(' ', '\t');
            if (line.Length == 0 || line[0] == '#')
                continue;
            var equals = line.IndexOf('=');
            var name = equals < 0 ? line : line[..equals];
            if (name.Length == 0)
                throw Refused($"no variable name on line '{line}'");
            if (name.Any(char.IsWhiteSpace))
                throw Refused($"variable '{name}' contains whitespaces");
            if (equals >= 0)
                yield return line;
            else if (caller.TryGetValue(name, out var value))
                yield return $"{name}={value}";
        }

        DockerException Refused(string why) => new($"docker: invalid env file ({path}): {why}.\nSee 'docker run --help'.", 125);
    }

    private static List<string> Environment(Flags flags, EngineRequest request)
    {
        var lines = flags.Values("env-file").SelectMany(path => ReadEnvironmentFile(path, request.Files[path], request.Environment))
            .Concat(flags.Values("env").SelectMany(pair => pair.Contains('=') ? [pair]
                : request.Environment.TryGetValue(pair, out var value) ? new[] { $"{pair}={value}" } : []));
        var values = new Dictionary<string, string> { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };
        foreach (var line in lines)
            values[line[..line.IndexOf('=')]] = line[(line.IndexOf('=') + 1)..];
        return [.. values.Select(pair => $"{pair.Key}={pair.Value}")];
    }

    private static ContainerMount? Mount(string text)
    {
        var fields = text.Split(',').Select(field => field.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair is [_, var value] ? value : "true");
        var target = Field("target") ?? Field("destination") ?? Field("dst") ?? throw Bad("target is required");
        var source = Field("source") ?? Field("src");
        if (fields.GetValueOrDefault("type", "volume") != "bind" || source is null)
            throw Bad("the sandbox's engine knows type=bind with a source only");
        if (!source.StartsWith('/'))
            throw DockerException.Daemon($"invalid mount config for type \"bind\": invalid mount path: '{source}' mount path must be absolute", 125);
        return new(source, target, Field("readonly") is "true" or "1" || Field("ro") is "true" or "1", ByVolumeFlag: false);

        string? Field(string name) => fields.GetValueOrDefault(name);

        DockerException Bad(string why) => new($"invalid argument \"{text}\" for \"--mount\" flag: {why}\nSee 'docker run --help'.", 125);
    }

    private static ContainerMount Volume(string text) => text.Split(':') switch
    {
        [var source, var target] when source.StartsWith('/') => new(source, target, false, ByVolumeFlag: true),
        [var source, var target, var mode] when source.StartsWith('/') => new(source, target, mode.Split(',').Contains("ro"), ByVolumeFlag: true),
        _ => throw DockerException.Daemon($"invalid volume specification: '{text}'", 125),
    };

    private static string Host(string text)
    {
        var parts = text.Split([':', '='], 2);
        return parts is [{ Length: > 0 }, var address] && System.Net.IPAddress.TryParse(address.Trim('[', ']'), out _)
            ? $"{parts[0]}:{address}"
            : throw new DockerException($"invalid argument \"{text}\" for \"--add-host\" flag: bad format for add-host: \"{text}\"\nSee 'docker run --help'.", 125);
    }

    private static (string Policy, int Retries) Restart(string text) => text.Split(':') switch
    {
        ["no" or "always" or "unless-stopped"] => (text, 0),
        ["on-failure"] => (text, 0),
        ["on-failure", var retries] when int.TryParse(retries, null, out var count) => ("on-failure", count),
        _ => throw DockerException.Daemon($"invalid restart policy '{text}'", 125),
    };

    private static Dictionary<string, string> Pairs(IEnumerable<string> texts) =>
        texts.Select(text => text.Split('=', 2)).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.Last() is [_, var value] ? value : "");

    private static string Capability(string text) =>
        text.ToUpperInvariant() is var upper && upper.StartsWith("CAP_", StringComparison.Ordinal) ? upper[4..] : upper;

    private static long Bytes(string? text) => text is null ? 0
        : SizeGrammar().Match(text) is { Success: true } match
            ? long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) << (match.Groups[2].Value.ToLowerInvariant() switch { "k" => 10, "m" => 20, "g" => 30, _ => 0 })
            : throw new DockerException($"invalid argument \"{text}\" for \"-m, --memory\" flag: invalid size: '{text}'\nSee 'docker run --help'.", 125);

    [GeneratedRegex("^/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$")]
    private static partial Regex NameGrammar();

    [GeneratedRegex("^([0-9]+)([bkmgBKMG]?)[bB]?$")]
    private static partial Regex SizeGrammar();
}
