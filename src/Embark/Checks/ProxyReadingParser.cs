using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Delivery;

namespace Embark.Checks;

/// <summary>Reads the lines of <c>proof.sh</c>. The VM may be hostile: what does not fit is left out or stops with a clear message.</summary>
internal static partial class ProxyReadingParser
{
    /// <param name="lines">What the script said.</param>
    /// <param name="service">Cluster of the service that was asked; null when none was.</param>
    /// <exception cref="FormatException">An answer that must be there is missing or makes no sense.</exception>
    public static ProxyReading Read(IEnumerable<string> lines, string? service)
    {
        var lookup = lines.Select(VmAnswersReader.Split).ToLookup(pair => pair.Key, pair => pair.Value);
        var container = ContainerState.Json(VmAnswersReader.Text(lookup, "container") ?? "");
        string? Of(params ReadOnlySpan<string> path) => ContainerState.Member(container, path);
        var names = VmAnswersReader.Sockets(VmAnswersReader.Text(lookup, "sockets"));
        var (clusters, stats) = (Page("clusters"), Page("stats"));
        var counters = stats is null ? null : Counters(stats);

        return new ProxyReading
        {
            Clock = DateTimeOffset.FromUnixTimeSeconds(VmAnswersReader.Number(lookup["clock"].FirstOrDefault() ?? "", 253402300799)),
            Status = Of("State", "Status"),
            StartedAt = Of("State", "StartedAt"),
            Restarts = Number(Of("RestartCount")),
            ExitCode = Number(Of("State", "ExitCode")),
            Environment = Variables(container?["Config"]?["Env"]),
            Ready = Answer("ready")?.Status,
            AgentReady = Answer("agent")?.Status,
            Reach = lookup["reach"].FirstOrDefault() is { Length: > 0 } reach ? reach : null,
            Listeners = Page("listeners") is { } listeners ? Listeners(listeners) : null,
            Clusters = clusters is null ? null : Endpoints(clusters),
            Stats = counters,
            InboundRequests = Inbound(clusters, counters),
            Certificate = VmFactsReader.Certificate(VmAnswersReader.Text(lookup, "certificate"), key: null),
            Addresses = VmAnswersReader.Addresses(VmAnswersReader.Text(lookup, "addresses") ?? ""),
            Sockets = [.. lookup["listen"].Select(line => VmAnswersReader.Listening(line, names)).Distinct()],
            Answer = Answer("answer"),
            PeerIdentities = service is not null && Page("dump") is { } dump ? Identities(dump, service) : [],
            Log = VmAnswersReader.Text(lookup, "log") ?? "",
        };

        HttpAnswer? Answer(string key) => lookup[key].FirstOrDefault() is { Length: > 0 } packed ? HttpAnswer.Read(Convert.FromBase64String(packed)) : null;

        string? Page(string key) => Answer(key) is { Status: 200 } page ? page.Body : null;
    }

    private static Dictionary<string, string> Variables(JsonNode? list)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in (list as JsonArray ?? []).Select(item => item?.ToString() ?? ""))
            if (text.IndexOf('=', StringComparison.Ordinal) is > 0 and var at) variables[text[..at]] = text[(at + 1)..];
        return variables;
    }

    /// <summary>Lines <c>name::address:port</c>; the name may hold no <c>::</c>, the address may.</summary>
    private static Dictionary<string, string> Listeners(string page)
    {
        var listeners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (line.IndexOf("::", StringComparison.Ordinal) is > 0 and var at) listeners[line[..at]] = line[(at + 2)..];
        return listeners;
    }

    /// <summary>Clusters without endpoints are there with none.</summary>
    private static ILookup<string, string> Endpoints(string page) => page.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => ClusterLine().Match(line)).Where(match => match.Success)
        .Select(match => (Name: match.Groups["name"].Value, Endpoint: match.Groups["endpoint"].Value)).Distinct().ToLookup(c => c.Name, c => c.Endpoint);

    private static Dictionary<string, long> Counters(string page)
    {
        var counters = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.LastIndexOf(": ", StringComparison.Ordinal) is > 0 and var at && long.TryParse(line.AsSpan(at + 2), CultureInfo.InvariantCulture, out var value)) counters[line[..at]] = value;
        return counters;
    }

    /// <summary>Envoy counts per endpoint on /clusters whatever its statistics leave out; else the cluster's own counter. What was never counted is not listed.</summary>
    private static long? Inbound(string? clusters, Dictionary<string, long>? counters)
    {
        if (clusters is not null && InboundTotal().Matches(clusters) is { Count: > 0 } totals)
            return totals.Sum(match => long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var total) ? total : 0);
        return counters?.Where(c => c.Key.StartsWith("cluster.inbound|", StringComparison.Ordinal) && c.Key.EndsWith(".upstream_rq_total", StringComparison.Ordinal)).Sum(c => c.Value);
    }

    /// <summary>Every SPIFFE identity below the object of that name, whatever shape a version of Envoy gives it.</summary>
    private static List<string> Identities(string dump, string cluster)
    {
        try
        {
            var found = new List<string>();
            Search(JsonNode.Parse(dump, documentOptions: new JsonDocumentOptions { MaxDepth = 64 }), inside: false);
            return [.. found.Distinct(StringComparer.Ordinal)];

            void Search(JsonNode? node, bool inside)
            {
                if (node is JsonObject map)
                {
                    var within = inside || (map["name"] is JsonValue name && name.ToString() == cluster);
                    foreach (var (_, value) in map) Search(value, within);
                }
                else if (node is JsonArray list)
                {
                    foreach (var item in list) Search(item, inside);
                }
                else if (inside && node?.ToString() is { } text && SpiffeId().IsMatch(text))
                {
                    found.Add(text);
                }
            }
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static int Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"\A(?<name>.+?)::(?:(?<endpoint>(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[[0-9a-f:]+\]):[0-9]+)|[^:]+)::[a-z_]+::")]
    private static partial Regex ClusterLine();

    [GeneratedRegex(@"^inbound\|[^\n]*::rq_total::([0-9]+)\r?$", RegexOptions.Multiline)]
    private static partial Regex InboundTotal();

    [GeneratedRegex(@"\Aspiffe://[A-Za-z0-9._-]+/ns/[a-z0-9-]+/sa/[a-z0-9.-]+\z")]
    private static partial Regex SpiffeId();
}
