using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Annotations that travel in the proxy's metadata (sidecar-bootstrap 5.2, rows 21 and 21a).</summary>
internal static class StatsAnnotations
{
    /// <summary>Only those that the stats options read; null when there are none.</summary>
    public static string? Modern(WorkloadEntry workload)
    {
        var stats = workload.Annotations.Where(p => Annotations.Stats.Contains(p.Key)).OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))).ToList();
        return stats.Count == 0 ? null : CompactJson.Write(new JsonObject { ["ANNOTATIONS"] = new JsonObject(stats) });
    }

    /// <summary>Everything of Istio's, as the original sends it, without how to log in to the VM.</summary>
    public static string Tetrate(WorkloadEntry workload)
    {
        var own = workload.Annotations.Where(p => p.Key.Contains("istio.io/", StringComparison.Ordinal)
            && !p.Key.Contains("istioctl.istio.io/", StringComparison.Ordinal) && !p.Key.StartsWith($"{Annotations.Prefix}ssh-", StringComparison.Ordinal)).ToList();
        return own.Count == 0 ? "" : CompactJson.WriteSorted(own, asGo: true);
    }
}
