using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>One HTTP route of a VirtualService.</summary>
/// <param name="Matches">Any of them; empty matches everything.</param>
/// <param name="Destinations">Empty where a redirect or a fixed answer stands instead.</param>
/// <param name="Retries">Null: as the mesh does.</param>
internal sealed record HttpRoute(
    string Name, IReadOnlyList<HttpMatch> Matches, IReadOnlyList<Destination> Destinations, TimeSpan? Timeout, HttpRetries? Retries, HttpRedirect? Redirect,
    string? RewriteUri, string? RewriteAuthority, int? DirectStatus, string DirectBody)
{
    public static HttpRoute Read(JsonNode? from) => new(
        from.Text("name") ?? "", [.. from.Items("match").Select(HttpMatch.Read)], [.. from.Items("route").Select(Destination.Read)],
        Durations.Parse(from.Text("timeout")), from.At("retries") is { } retries ? HttpRetries.Read(retries) : null,
        from.At("redirect") is { } redirect ? new HttpRedirect(redirect.Text("uri"), redirect.Text("authority"), redirect.Text("scheme"), redirect.Int("redirectCode") ?? 301) : null,
        from.Text("rewrite", "uri"), from.Text("rewrite", "authority"), from.Int("directResponse", "status"), from.Text("directResponse", "body", "string") ?? "");
}

/// <summary>Conditions of a match, all together.</summary>
/// <param name="Headers">Pseudo headers for method, scheme and authority among them; a null value asks for presence only.</param>
/// <param name="Port">Null: any.</param>
internal sealed record HttpMatch(
    TextMatch? Uri, bool IgnoreUriCase, IReadOnlyList<(string Name, TextMatch? Value, bool Not)> Headers, IReadOnlyList<(string Name, TextMatch Value)> Query, int? Port,
    IReadOnlyDictionary<string, string> SourceLabels, string? SourceNamespace)
{
    public static HttpMatch Read(JsonNode? from) => new(
        TextMatch.Read(from.At("uri")), from.Choice("ignoreUriCase") ?? false,
        [
            .. from.At("method") is { } method ? [(":method", TextMatch.Read(method), false)] : Array.Empty<(string, TextMatch?, bool)>(),
            .. from.At("authority") is { } authority ? [(":authority", TextMatch.Read(authority), false)] : Array.Empty<(string, TextMatch?, bool)>(),
            .. from.At("scheme") is { } scheme ? [(":scheme", TextMatch.Read(scheme), false)] : Array.Empty<(string, TextMatch?, bool)>(),
            .. Pairs(from.At("headers")).Select(pair => (pair.Name, TextMatch.Read(pair.Value), false)),
            .. Pairs(from.At("withoutHeaders")).Select(pair => (pair.Name, TextMatch.Read(pair.Value), true)),
        ],
        [.. Pairs(from.At("queryParams")).Select(pair => (pair.Name, Value: TextMatch.Read(pair.Value))).Where(pair => pair.Value is not null).Select(pair => (pair.Name, pair.Value!))],
        from.Int("port"), from.Map("sourceLabels"), from.Text("sourceNamespace"));

    private static IEnumerable<(string Name, JsonNode? Value)> Pairs(JsonNode? map) =>
        from member in map as JsonObject ?? [] orderby member.Key select (member.Key, member.Value);
}

internal enum TextMatchKind { Exact, Prefix, Regex }

/// <summary>Istio's StringMatch.</summary>
internal sealed record TextMatch(TextMatchKind Kind, string Text)
{
    /// <summary>Null when nothing is asked of the text.</summary>
    public static TextMatch? Read(JsonNode? from) =>
        from.Text("exact") is { } exact ? new(TextMatchKind.Exact, exact)
        : from.Text("prefix") is { } prefix ? new(TextMatchKind.Prefix, prefix)
        : from.Text("regex") is { } regex ? new(TextMatchKind.Regex, regex)
        : null;
}

/// <param name="Attempts">0: never again.</param>
/// <param name="On">Null: Istio's default conditions.</param>
internal sealed record HttpRetries(int Attempts, TimeSpan? PerTry, string? On)
{
    public static HttpRetries Read(JsonNode from) =>
        new(from.Int("attempts") ?? 0, Durations.Parse(from.Text("perTryTimeout")), from.Text("retryOn") is { Length: > 0 } on ? on : null);
}

internal sealed record HttpRedirect(string? Uri, string? Authority, string? Scheme, int Code);
