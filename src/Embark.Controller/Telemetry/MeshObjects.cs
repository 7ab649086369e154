using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Embark.Kubernetes;

namespace Embark.Controller.Telemetry;

/// <summary>One state of the objects that tell who is who.</summary>
internal sealed record MeshObjects(IReadOnlyList<JsonObject> Pods, IReadOnlyList<JsonObject> Services, IReadOnlyList<JsonObject> Entries)
{
    public static ResourceKind<JsonObject> PodKind { get; } = new("", "v1", "pods", "Pod", MeshObjectsJson.Default.JsonObject);

    public static ResourceKind<JsonObject> ServiceKind { get; } = new("", "v1", "services", "Service", MeshObjectsJson.Default.JsonObject);

    public static ResourceKind<JsonObject> EntryKind { get; } = new("networking.istio.io", "v1", "workloadentries", "WorkloadEntry", MeshObjectsJson.Default.JsonObject);

    public static string Text(JsonNode? at, params ReadOnlySpan<string> path)
    {
        foreach (var member in path)
            at = (at as JsonObject)?[member];
        return at is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
    }

    public static IReadOnlyDictionary<string, string> Map(JsonNode? at, params ReadOnlySpan<string> path)
    {
        foreach (var member in path)
            at = (at as JsonObject)?[member];
        return (at as JsonObject)?.ToDictionary(pair => pair.Key, pair => Text(pair.Value)) ?? [];
    }

    /// <summary>Takes them into use.</summary>
    public void Teach(KnownWorkloads known) => known.Replace(
        [.. Pods.Where(pod => Text(pod, "status", "phase") == "Running").Select(Pod), .. Entries.Select(Entry)],
        Services.Select(service => KeyValuePair.Create(
            $"{Text(service, "metadata", "name")}.{Text(service, "metadata", "namespace")}", Names.First(Text(service, "spec", "selector", "app"), Text(service, "metadata", "name")))));

    /// <summary>Labels as istiod sees them: those of the spec overlaid by the metadata's.</summary>
    public static Dictionary<string, string> LabelsOf(JsonObject entry)
    {
        var labels = new Dictionary<string, string>(Map(entry, "spec", "labels"));
        foreach (var (name, value) in Map(entry, "metadata", "labels"))
            labels[name] = value;
        return labels;
    }

    private static KnownWorkload Pod(JsonObject pod) => Known(
        pod, Map(pod, "metadata", "labels"), Text(pod, "spec", "serviceAccountName"),
        [Text(pod, "status", "podIP"), .. ((pod["status"] as JsonObject)?["podIPs"] as JsonArray ?? []).Select(ip => Text(ip, "ip"))], Place.Cluster);

    private static KnownWorkload Entry(JsonObject entry) =>
        Known(entry, LabelsOf(entry), Text(entry, "spec", "serviceAccount"), [Text(entry, "spec", "address")], Place.Vm);

    private static KnownWorkload Known(JsonObject value, IReadOnlyDictionary<string, string> labels, string account, IEnumerable<string> addresses, Place place)
    {
        var name = Text(value, "metadata", "name");
        return new KnownWorkload(name, account, [.. addresses.Where(address => address.Length > 0).Distinct()], new Workload(
            Text(value, "metadata", "namespace"), name,
            Names.First(labels.GetValueOrDefault("app"), labels.GetValueOrDefault("service.istio.io/canonical-name"), name),
            Names.First(labels.GetValueOrDefault("version"), labels.GetValueOrDefault("service.istio.io/canonical-revision")), place));
    }
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class MeshObjectsJson : JsonSerializerContext;
