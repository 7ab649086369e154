using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Lays one ProxyConfig over another.</summary>
internal static class ProxyConfigLayers
{
    /// <summary>Where the entry's own layer stands, for messages.</summary>
    public static string EntryLayer(WorkloadEntry workload) => $"WorkloadEntry {workload.Name} metadata.annotations[{Annotations.ProxyConfig}]";

    /// <summary>Field by field at the top level: a nested message of a later layer replaces the earlier one whole.</summary>
    public static void Lay(JsonObject merged, JsonObject layer, bool metadataByKey)
    {
        foreach (var (name, value) in layer)
        {
            if (metadataByKey && name == "proxyMetadata" && merged[name] is JsonObject earlier && value is JsonObject later)
            {
                foreach (var (key, text) in later) earlier[key] = text?.DeepClone();
            }
            else
            {
                merged[name] = value?.DeepClone();
            }
        }
    }

    /// <summary><c>{app, else service account}.{namespace}</c>.</summary>
    public static string ServiceCluster(WorkloadEntry workload) =>
        $"{workload.LabelInSpecOrMetadata("app") ?? workload.ServiceAccount}.{workload.Name.Namespace}";

    public static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    public static string? Text(JsonObject config, string field) => Text(config[field]);
}
