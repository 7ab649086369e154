using System.IO.Enumeration;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Mesh;

/// <summary>
/// What the operator allows whoever may write WorkloadEntries (reliability 3.5, decision 13). A list that is null allows
/// everything that is well-formed; an empty list allows nothing.
/// </summary>
public sealed record Policy
{
    /// <summary>No policy: the grammars alone.</summary>
    public static Policy None { get; } = new();

    /// <summary>Networks that VMs may have addresses in.</summary>
    public IReadOnlyList<IPNetwork>? Networks { get; init; }

    /// <summary>Globs that host names of VMs must match, such as <c>*.example.com</c>.</summary>
    public IReadOnlyList<string>? Hosts { get; init; }

    /// <summary>Users that SSH may log in as.</summary>
    public IReadOnlyList<string>? SshUsers { get; init; }

    /// <summary>Directories that configuration may lie in or below.</summary>
    public IReadOnlyList<string>? Directories { get; init; }

    /// <summary>Repositories that images may come from: themselves or below.</summary>
    public IReadOnlyList<string>? Images { get; init; }

    /// <summary>Reads the YAML of a policy.</summary>
    /// <param name="yaml">Its text.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="InvalidInputException">Everything that is wrong with it.</exception>
    public static Policy Parse(string yaml, string source)
    {
        var findings = new Findings();
        var root = LenientYaml.Read(yaml, source, findings) ?? [];
        foreach (var (name, _) in root.Where(p => p.Key is not ("addresses" or "sshUsers" or "configDirs" or "images")))
            findings.Refuse($"{source} {Printable.Text(name, 60)}", "is not known", "use addresses, sshUsers, configDirs, images");
        var addresses = List(root, "addresses", source, findings);
        foreach (var wrong in (addresses ?? []).Where(a => a.Contains('/', StringComparison.Ordinal) && NetworkOf(a) is null))
            findings.Refuse($"{source} addresses", $"\"{Printable.Text(wrong)}\" is no network", "write it as 10.0.0.0/8");
        var policy = new Policy
        {
            Networks = addresses is null ? null : [.. addresses.Select(NetworkOf).OfType<IPNetwork>()],
            Hosts = addresses is null ? null : [.. addresses.Where(a => NetworkOf(a) is null)],
            SshUsers = List(root, "sshUsers", source, findings),
            Directories = List(root, "configDirs", source, findings),
            Images = List(root, "images", source, findings),
        };
        findings.ThrowIfAny(source);
        return policy;
    }

    internal void CheckHost(string host, string where, Findings findings)
    {
        if (Networks is null && Hosts is null) return;
        var allowed = Grammar.ParseIp(host) is { } ip
            ? Networks?.Any(n => n.Contains(ip)) == true
            : Hosts?.Any(glob => FileSystemName.MatchesSimpleExpression(glob, host)) == true;
        if (!allowed) Refuse(host, where, "addresses", findings);
    }

    internal void CheckUser(string user, string where, Findings findings)
    {
        if (SshUsers is { } users && !users.Contains(user, StringComparer.Ordinal)) Refuse(user, where, "sshUsers", findings);
    }

    internal void CheckDirectory(string directory, string where, Findings findings)
    {
        if (Directories is { } prefixes && !prefixes.Any(p => IsOrIsBelow(directory, p))) Refuse(directory, where, "configDirs", findings);
    }

    internal void CheckImage(string image, string where, Findings findings)
    {
        if (Images is { } prefixes && !prefixes.Any(p => IsOrIsBelow(Planning.ImageReference.RepositoryOf(image), p))) Refuse(image, where, "images", findings);
    }

    private static bool IsOrIsBelow(string path, string prefix)
    {
        var bare = prefix.TrimEnd('/');
        return path == bare || path.StartsWith($"{bare}/", StringComparison.Ordinal);
    }

    private static void Refuse(string value, string where, string list, Findings findings) =>
        findings.Refuse(where, $"\"{Printable.Text(value)}\" is outside what the operator's policy allows ({list})", "use an allowed value, or have the policy changed");

    private static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : Grammar.ParseIp(text) is { } ip ? new IPNetwork(ip, ip.GetAddressBytes().Length * 8)
        : null;

    private static List<string>? List(JsonObject root, string name, string source, Findings findings)
    {
        if (!root.TryGetPropertyValue(name, out var node)) return null;
        if (node is JsonArray list && list.All(i => i?.GetValueKind() == JsonValueKind.String)) return [.. list.Select(i => i!.GetValue<string>())];
        findings.Refuse($"{source} {name}", "is not a list of strings", "write a list");
        return [];
    }
}
