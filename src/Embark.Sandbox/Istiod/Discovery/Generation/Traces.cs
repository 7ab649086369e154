using Embark.Sandbox.Istiod.Protos.Filters;
using Embark.Sandbox.Istiod.Protos.Types;
using static Embark.Sandbox.Istiod.Protos.Types.CustomTag.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Sampling and tags of traces; without a provider nothing is sent.</summary>
internal static class Traces
{
    public static HttpConnectionManager.Types.Tracing Of(ProxyScope scope) => new()
    {
        ClientSampling = new Percent { Value = 100 },
        RandomSampling = new Percent { Value = 1 },
        OverallSampling = new Percent { Value = 100 },
        CustomTags =
        {
            OfDryRun("allow", "name", "effective_policy_id"), OfDryRun("allow", "result", "engine_result"),
            OfDryRun("deny", "name", "effective_policy_id"), OfDryRun("deny", "result", "engine_result"),
            // Only these labels count here: a workload that is named by its app label alone is "unknown" in traces.
            Fixed("canonical_revision", scope.Labels.GetValueOrDefault(Mesh.Labels.CanonicalRevision, "latest")),
            Fixed("canonical_service", scope.Labels.GetValueOrDefault(Mesh.Labels.CanonicalName, "unknown")),
            Fixed("cluster_id", scope.Proxy.ClusterId.Length > 0 ? scope.Proxy.ClusterId : "unknown"),
            Fixed("mesh_id", scope.Proxy.MeshId.Length > 0 ? scope.Proxy.MeshId : "unknown"),
            Fixed("namespace", scope.Proxy.Namespace),
        },
    };

    private static CustomTag Fixed(string name, string value) => new() { Tag = "istio." + name, Literal = new Literal { Value = value } };

    private static CustomTag OfDryRun(string action, string what, string key) => new()
    {
        Tag = $"istio.authorization.dry_run.{action}_policy.{what}",
        Metadata = new Metadata
        {
            Kind = new MetadataKind { Request = new MetadataKind.Types.Request() },
            MetadataKey = new MetadataKey
            {
                Key = "envoy.filters.http.rbac", Path = { new MetadataKey.Types.PathSegment { Key = $"istio_dry_run_{action}_shadow_{key}" } },
            },
        },
    };
}
