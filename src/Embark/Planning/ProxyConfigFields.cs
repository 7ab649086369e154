using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Planning;

/// <summary>The fields of Istio's ProxyConfig message and the JSON each takes, in the order of their numbers (mesh/v1alpha1/proxy.proto).</summary>
internal static class ProxyConfigFields
{
    private enum Kind { String, Duration, Integer, Boolean, Message, List }

    private static readonly (string Name, Kind Kind)[] Table =
    [
        ("configPath", Kind.String), ("binaryPath", Kind.String), ("serviceCluster", Kind.String), ("drainDuration", Kind.Duration),
        ("parentShutdownDuration", Kind.Duration), ("discoveryAddress", Kind.String), ("discoveryRefreshDelay", Kind.Duration),
        ("zipkinAddress", Kind.String), ("statsdUdpAddress", Kind.String), ("proxyAdminPort", Kind.Integer), ("availabilityZone", Kind.String),
        ("controlPlaneAuthPolicy", Kind.String), ("customConfigFile", Kind.String), ("statNameLength", Kind.Integer), ("concurrency", Kind.Integer),
        ("proxyBootstrapTemplatePath", Kind.String), ("interceptionMode", Kind.String), ("tracing", Kind.Message), ("sds", Kind.Message),
        ("envoyAccessLogService", Kind.Message), ("envoyMetricsService", Kind.Message), ("proxyMetadata", Kind.Message), ("runtimeValues", Kind.Message),
        ("statusPort", Kind.Integer), ("extraStatTags", Kind.List), ("gatewayTopology", Kind.Message), ("terminationDrainDuration", Kind.Duration),
        ("meshId", Kind.String), ("readinessProbe", Kind.Message), ("proxyStatsMatcher", Kind.Message), ("holdApplicationUntilProxyStarts", Kind.Boolean),
        ("caCertificatesPem", Kind.List), ("image", Kind.Message), ("privateKeyProvider", Kind.Message), ("proxyHeaders", Kind.Message),
        ("fileFlushInterval", Kind.Duration), ("fileFlushMinSizeKb", Kind.Integer), ("statsCompression", Kind.Boolean),
    ];

    private static readonly Dictionary<string, int> Order = Table.Select((row, i) => (row.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);

    public static bool Knows(string field) => Order.ContainsKey(field);

    /// <summary>Position by field number; the original writes its JSON in that order.</summary>
    public static int Position(string field) => Order[field];

    /// <summary>Refuses values of another type than the field's; unknown fields are left alone (agents ignore them).</summary>
    public static void Check(JsonObject config, string where, Findings findings)
    {
        foreach (var (name, value) in config)
        {
            if (value is null || !Order.TryGetValue(name, out var row)) continue;
            if (!Fits(Table[row].Kind, value))
                findings.Refuse($"{where} {name}", $"is {Printable.Text(CompactJson.Write(value), 80)}, not {Words(Table[row].Kind)}", "write the value in the type of that ProxyConfig field");
        }
        if (config["proxyMetadata"] is JsonObject metadata)
        {
            foreach (var (name, value) in metadata.Where(p => p.Value?.GetValueKind() != JsonValueKind.String))
                findings.Refuse($"{where} proxyMetadata.{Printable.Text(name, 80)}", $"is {Printable.Text(CompactJson.Write(value), 80)}, not a string", "quote the value");
        }
        foreach (var text in Strings(config).Where(t => !Mesh.Grammar.Lines.Accepts(t)))
            findings.Refuse(where, $"holds a control character: \"{Printable.Text(text, 80)}\"", "remove it");
    }

    private static bool Fits(Kind kind, JsonNode value) => (kind, value.GetValueKind()) switch
    {
        (Kind.String or Kind.Duration, JsonValueKind.String) => true,
        (Kind.Integer, JsonValueKind.Number) => !value.ToJsonString().AsSpan().ContainsAny(".eE"),
        (Kind.Boolean, JsonValueKind.True or JsonValueKind.False) => true,
        (Kind.Message, JsonValueKind.Object) => true,
        (Kind.List, JsonValueKind.Array) => true,
        _ => false,
    };

    private static string Words(Kind kind) => kind switch
    {
        Kind.String => "a string",
        Kind.Duration => "a duration such as \"45s\"",
        Kind.Integer => "a whole number",
        Kind.Boolean => "true or false",
        Kind.Message => "a map",
        _ => "a list",
    };

    /// <summary>All keys and strings, at any depth.</summary>
    public static IEnumerable<string> Strings(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(p => Strings(p.Value).Prepend(p.Key)),
        JsonArray list => list.SelectMany(Strings),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };
}
