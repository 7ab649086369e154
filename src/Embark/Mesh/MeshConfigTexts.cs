using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>What a ConfigMap's keys <c>mesh</c> and <c>meshNetworks</c> say; fields that are not used are not looked at.</summary>
internal sealed record MeshConfigTexts(JsonObject Mesh, JsonObject? Networks, string Where)
{
    private static readonly string[] Tracers = ["zipkin", "opentelemetry", "lightstep", "datadog", "skywalking", "opencensus"];

    /// <summary>Null, and a problem, when the mesh configuration cannot be read.</summary>
    public static MeshConfigTexts? Read(ConfigMap map, Findings findings)
    {
        var title = $"ConfigMap {map.Metadata.Namespace}/{map.Metadata.Name}";
        if (map.Data?.GetValueOrDefault("mesh") is not { } text)
        {
            findings.Refuse($"{title} key mesh", "is absent", "reinstall or repair Istio's mesh configuration, or name another ConfigMap with --meshConfigMapName");
            return null;
        }
        var mesh = LenientYaml.Read(text, $"{title} key mesh", findings);
        var networks = map.Data.GetValueOrDefault("meshNetworks") is { } other ? LenientYaml.Read(other, $"{title} key meshNetworks", findings) : null;
        return mesh is null ? null : new(mesh, networks, $"{title} key mesh");
    }

    public string? Text(string field, FieldGrammar grammar, Findings findings)
    {
        if (Mesh[field] is not { } value) return null;
        if (value.GetValueKind() != JsonValueKind.String || !(value.GetValue<string>() is var text && (text.Length == 0 || grammar.Accepts(text))))
        {
            findings.Refuse($"{Where} {field}", $"{Printable.Text(value.ToJsonString(), 80)} must be {grammar.Description}", "correct the mesh configuration");
            return null;
        }
        return text.Length == 0 ? null : text;
    }

    /// <summary>defaultConfig, with the types of the fields that are known.</summary>
    public JsonObject DefaultConfig(Findings findings)
    {
        if (Mesh["defaultConfig"] is not { } value) return [];
        if (value is not JsonObject config)
        {
            findings.Refuse($"{Where} defaultConfig", "is not a map", "correct the mesh configuration");
            return [];
        }
        ProxyConfigFields.Check(config, $"{Where} defaultConfig", findings);
        return config.DeepClone().AsObject();
    }

    /// <summary>Extension providers that trace, among those named as default or by <paramref name="telemetry"/>.</summary>
    public IReadOnlyList<TracingProvider> Tracing(IReadOnlyList<TelemetryObject> telemetry)
    {
        var named = ((Mesh["defaultProviders"] as JsonObject)?["tracing"] as JsonArray ?? []).Select(ProxyConfigLayers.Text)
            .Concat(telemetry.Where(t => t.Spec?.Selector is null or { MatchLabels: null or { Count: 0 }, Labels: null or { Count: 0 } })
                .SelectMany(t => t.Spec?.Tracing ?? []).Where(t => t.DisableSpanReporting != true).SelectMany(t => t.Providers ?? []).Select(p => p.Name))
            .OfType<string>().ToHashSet(StringComparer.Ordinal);
        return [.. (Mesh["extensionProviders"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(p => named.Contains(ProxyConfigLayers.Text(p, "name") ?? ""))
            .SelectMany(p => Tracers
                .Select(kind => (p[kind] as JsonObject) is { } tracer ? ProxyConfigLayers.Text(tracer, "service") : null).OfType<string>()
                .Select(service => new TracingProvider(ProxyConfigLayers.Text(p, "name")!, service)))];
    }
}
