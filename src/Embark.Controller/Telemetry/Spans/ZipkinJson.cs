using System.Text.Json;

namespace Embark.Controller.Telemetry.Spans;

/// <summary>Zipkin v2 JSON, as Envoy sends it, as spans. A span that is none is left out and counted; the others are taken.</summary>
internal static class ZipkinJson
{
    private const int LongestId = 32;

    /// <exception cref="JsonException">It is no array of objects.</exception>
    public static IReadOnlyList<Span> Read(ReadOnlyMemory<byte> json, KnownWorkloads known, Rejections rejections)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new JsonException("spans come as an array");
        var spans = new List<Span>(document.RootElement.GetArrayLength());
        foreach (var element in document.RootElement.EnumerateArray())
            if (One(element, known) is { } span)
                spans.Add(span);
            else
                rejections.Left(Reasons.Malformed);
        return spans;
    }

    private static Span? One(JsonElement element, KnownWorkloads known)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        var (trace, id, kind) = (Text(element, "traceId"), Text(element, "id"), Text(element, "kind"));
        if (!IsId(trace) || !IsId(id) || kind is not ("CLIENT" or "SERVER"))
            return null;
        var tags = Member(element, "tags");
        var (proxy, workload) = Sender(element, tags, known);
        if (workload is null)
            return null;
        var parent = Text(element, "parentId");
        return new Span
        {
            TraceId = trace!,
            Id = id!,
            ParentId = IsId(parent) ? parent! : "",
            IsClient = kind == "CLIENT",
            Duration = Member(element, "duration") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out var microseconds) && microseconds is >= 0 and < 86_400_000_000
                ? TimeSpan.FromMicroseconds(microseconds) : null,
            Proxy = proxy,
            Workload = workload,
            Cluster = Text(tags, "upstream_cluster") ?? "",
            Peer = Text(tags, "peer.address") ?? "",
            Failed = Text(tags, "error") == "true" || (int.TryParse(Text(tags, "http.status_code"), out var code) && code >= 500),
            IsProbe = Text(tags, "user_agent")?.StartsWith("istio-probe/", StringComparison.Ordinal) == true,
        };
    }

    // localEndpoint.serviceName is "app.namespace", the node id names the pod or the entry.
    private static (string Proxy, Workload? Workload) Sender(JsonElement element, JsonElement? tags, KnownWorkloads known)
    {
        var proxy = "";
        if (Text(tags, "node_id")?.Split('~') is [_, _, var full, _] && full.LastIndexOf('.') is > 0 and var dot)
        {
            var (name, ns) = (Names.Checked(full[..dot]), Names.Checked(full[(dot + 1)..]));
            proxy = name.Length > 0 && ns.Length > 0 ? $"{ns}/{name}" : "";
            if (proxy.Length > 0 && known.Named(ns, name) is { } object_)
                return (proxy, object_.Workload);
        }

        var service = Text(Member(element, "localEndpoint"), "serviceName") ?? "";
        var at = service.LastIndexOf('.');
        var app = Names.First(at > 0 ? service[..at] : service, Text(tags, "istio.canonical_service"));
        var space = Names.First(Text(tags, "istio.namespace"), at > 0 ? service[(at + 1)..] : null);
        var version = Names.Checked(Text(tags, "istio.canonical_revision"));
        return (proxy, app.Length == 0 ? null : new Workload(space, "", app, version == "latest" ? "" : version, Place.Cluster));
    }

    private static bool IsId(string? text) => text is { Length: > 0 and <= LongestId } && text.All(char.IsAsciiHexDigit);

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? element, string name) => Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
