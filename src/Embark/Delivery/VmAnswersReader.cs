using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Embark.Delivery;

/// <summary>Reads the lines of <c>facts.sh</c>. The VM may be hostile: what does not fit its grammar stops with a clear message, nothing is guessed.</summary>
internal static partial class VmAnswersReader
{
    /// <summary>No answer may be longer: a container's description has some 10 kB.</summary>
    private const int LongestLine = 4 * 1024 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <exception cref="FormatException">A line does not fit, or one that must be there is missing.</exception>
    public static VmAnswers Read(IEnumerable<string> lines)
    {
        var lookup = Joined(lines).Select(Split).ToLookup(pair => pair.Key, pair => pair.Value);
        var system = Words(One(lookup, "system"), 2);
        var ids = Words(One(lookup, "id"), 2);
        // Without base64 on the VM nothing may be known of them; the missing tool is what is told then.
        var who = lookup["plainly"].FirstOrDefault() is { } plain ? Words(plain, 3) : (Text(lookup, "who") ?? "\n\n").Split('\n');
        if (who.Length != 3) throw new FormatException("a user or a home directory of several lines");
        var directory = who[2];
        var network = (Text(lookup, "network") ?? "").Split("--\n", 2);
        var names = Sockets(network[^1]);

        return new VmAnswers
        {
            MissingTools = [.. lookup["missing"].Select(Word)],
            System = Word(system[0]),
            Machine = Word(system[1]),
            Clock = DateTimeOffset.FromUnixTimeSeconds(Number(One(lookup, "clock"), 253402300799)),
            Uid = (int)Number(ids[0], int.MaxValue),
            Gid = (int)Number(ids[1], int.MaxValue),
            User = who[0],
            Home = who[1],
            HomeExists = lookup["home-exists"].Any(),
            Directory = directory,
            Way = [.. lookup["path"].Select(Path).Where(part => IsOnTheWay(part.Name, directory))],
            Own = [.. lookup["own"].Select(Path).Where(own => OwnFiles.Directories.Contains(own.Name) || OwnFiles.Files.Contains(own.Name))],
            Hashes = lookup["hash"].Select(Hash).DistinctBy(h => h.Name).ToDictionary(h => h.Name, h => h.Value, StringComparer.Ordinal),
            Writable = lookup["writable"].Any(),
            ReadOnlyFileSystem = lookup["read-only"].Any(),
            FreeKib = OptionalNumber(lookup, "free-kib"),
            FreeInodes = OptionalNumber(lookup, "free-inodes"),
            Manifest = Text(lookup, "manifest"),
            Certificate = Text(lookup, "certificate"),
            Key = lookup["key"].Select(Word).FirstOrDefault(),
            Starting = lookup["starting"].Any(),
            AdoptedId = lookup["adopted"].FirstOrDefault() is { Length: > 0 } adopted ? Word(adopted) : null,
            HostsFile = Text(lookup, "hosts"),
            Addresses = Addresses(network[0]),
            Sockets = [.. lookup["listen"].Select(line => Listening(line, names)).Distinct()],
            Docker = Docker(lookup),
        };
    }

    /// <summary>Base64 comes in lines of its own length: one without a space goes on with the answer before it.</summary>
    private static IEnumerable<string> Joined(IEnumerable<string> lines)
    {
        var whole = new StringBuilder();
        foreach (var line in lines)
        {
            if (whole.Length > 0 && line.Contains(' ', StringComparison.Ordinal))
            {
                yield return whole.ToString();
                whole.Clear();
            }
            whole.Append(line);
            if (whole.Length > LongestLine) throw new FormatException($"an answer of {whole.Length} characters");
        }
        if (whole.Length > 0) yield return whole.ToString();
    }

    internal static (string Key, string Value) Split(string line)
    {
        if (line.Length > LongestLine) throw new FormatException($"an answer of {line.Length} characters");
        var at = line.IndexOf(' ', StringComparison.Ordinal);
        return at <= 0 ? (line, "") : (line[..at], line[(at + 1)..]);
    }

    private static string One(ILookup<string, string> lookup, string key) =>
        lookup[key].FirstOrDefault() ?? throw new FormatException($"no answer to '{key}'");

    /// <summary>Text that came as base64; null when there was none.</summary>
    internal static string? Text(ILookup<string, string> lookup, string key)
    {
        var value = lookup[key].FirstOrDefault();
        if (value is null or "" or "-") return null;
        // JSON on one line comes as it is.
        if (value[0] == '{') return value;
        return Encoding.UTF8.GetString(Convert.FromBase64String(value));
    }

    private static string[] Words(string value, int count)
    {
        var words = value.Split(' ', count);
        return words.Length == count ? words : throw new FormatException("an answer with too few words");
    }

    private static string Word(string value) => Plain().IsMatch(value) ? value : throw new FormatException("an answer with unexpected characters");

    internal static long Number(string value, long largest) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= largest
            ? number : throw new FormatException("a number that is none");

    private static long? OptionalNumber(ILookup<string, string> lookup, string key) =>
        long.TryParse(lookup[key].FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static PathAnswer Path(string value)
    {
        var words = Words(value, 4);
        var mode = int.Parse(words[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return new PathAnswer(words[3], mode, (int)Number(words[1], int.MaxValue), (int)Number(words[2], int.MaxValue));
    }

    private static bool IsOnTheWay(string part, string directory) =>
        part == "/" || part == directory || directory.StartsWith(part + "/", StringComparison.Ordinal);

    private static (string Name, string Value) Hash(string value)
    {
        var words = Words(value, 2);
        return Sha256().IsMatch(words[0]) ? (words[1], words[0]) : throw new FormatException("a checksum that is none");
    }

    internal static List<string> Addresses(string text)
    {
        var found = InterfaceAddress().Matches(text).Select(match => match.Groups[1].Value).ToList();
        // hostname -I, where there is no `ip`, lists bare addresses.
        if (found.Count == 0) found = [.. text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)];
        return [.. found.Select(a => IPAddress.TryParse(a, out var ip) ? ip.ToString() : null).OfType<string>().Distinct()];
    }

    /// <summary>Names of processes by port, from <c>ss -Hltnp</c>.</summary>
    internal static Dictionary<int, string> Sockets(string? text)
    {
        var names = new Dictionary<int, string>();
        foreach (Match match in SocketOwner().Matches(text ?? ""))
            names.TryAdd(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value);
        return names;
    }

    /// <summary>One line of /proc/net/tcp or tcp6: <c>0100007F:3A98 1000</c>; each 32-bit word is in the machine's order (little endian).</summary>
    internal static SocketAnswer Listening(string line, Dictionary<int, string> names)
    {
        var match = KernelSocket().Match(line);
        if (!match.Success) throw new FormatException("a socket that is none");
        var bytes = Convert.FromHexString(match.Groups[1].Value);
        for (var word = 0; word < bytes.Length; word += 4) Array.Reverse(bytes, word, 4);
        var port = int.Parse(match.Groups[2].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var address = new IPAddress(bytes);
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        return new SocketAnswer(address.ToString(), port, (int)Number(match.Groups[3].Value, int.MaxValue), names.GetValueOrDefault(port));
    }

    private static DockerAnswer? Docker(ILookup<string, string> lookup)
    {
        if (OptionalNumber(lookup, "docker-rc") is not { } code) return null;
        return new DockerAnswer((int)code, Text(lookup, "docker-version") ?? "")
        {
            Version = code == 0 ? Json(Text(lookup, "docker-version")) : null,
            Info = Json(Text(lookup, "docker-info")),
            AtBoot = lookup["boot"].FirstOrDefault() ?? "",
            Containers = Containers(Json(Text(lookup, "containers"))),
        };
    }

    /// <summary>The last line that is JSON: podman's docker prints a notice before it.</summary>
    private static JsonNode? Json(string? text)
    {
        if (text is null) return null;
        var start = text.IndexOfAny(['{', '[']);
        if (start < 0) return null;
        try { return JsonNode.Parse(text[start..], documentOptions: Strict); }
        catch (JsonException) { return null; }
    }

    private static List<ContainerAnswer> Containers(JsonNode? inspected)
    {
        if (inspected is not JsonArray list) return [];
        return [.. list.OfType<JsonObject>().Select(Container).DistinctBy(c => c.Name)];
    }

    private static ContainerAnswer Container(JsonObject container)
    {
        var labels = container["Config"]?["Labels"] is JsonObject map
            ? map.ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "", StringComparer.Ordinal)
            : [];
        return new ContainerAnswer(
            (container["Name"]?.ToString() ?? "").TrimStart('/'), container["State"]?["Status"]?.ToString() ?? "",
            labels, container["Config"]?["User"]?.ToString() ?? "", container["Image"]?.ToString() ?? "")
        {
            Id = container["Id"]?.ToString() ?? "",
            NamedImage = container["Config"]?["Image"]?.ToString(),
            Arguments = container["Config"]?["Cmd"] is JsonArray words ? [.. words.Select(word => word?.ToString() ?? "")] : null,
            Mounts = container["Mounts"] is JsonArray mounts ? [.. mounts.OfType<JsonObject>().Where(m => m["Type"]?.ToString() == "bind").Select(Mount)] : null,
        };
    }

    private static ContainerMount Mount(JsonObject mount) =>
        new(mount["Source"]?.ToString() ?? "", mount["Destination"]?.ToString() ?? "", ReadOnly: mount["RW"]?.GetValueKind() == JsonValueKind.False);

    [GeneratedRegex(@"\A[A-Za-z0-9_.+-]{1,64}\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Sha256();

    [GeneratedRegex(@"\binet6? ([0-9a-fA-F.:]+)/[0-9]+")]
    private static partial Regex InterfaceAddress();

    [GeneratedRegex(@":([0-9]{1,5})\s+\S+\s+users:\(\(""([A-Za-z0-9_.:+-]{1,32})""")]
    private static partial Regex SocketOwner();

    [GeneratedRegex(@"\A([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9]{1,10})\z")]
    private static partial Regex KernelSocket();
}
