using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Embark.Kubernetes;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>The kinds that discovery reads, kept as JSON.</summary>
internal static class MeshKinds
{
    public static ResourceKind<JsonObject> WorkloadEntries { get; } = Of("networking.istio.io", "v1", "workloadentries", "WorkloadEntry");

    public static ResourceKind<JsonObject> WorkloadEntryStatus { get; } = WorkloadEntries with { Subresource = "status" };

    public static ResourceKind<JsonObject> WorkloadGroups { get; } = Of("networking.istio.io", "v1", "workloadgroups", "WorkloadGroup");

    public static ResourceKind<JsonObject> Pods { get; } = Of("", "v1", "pods", "Pod");

    public static ResourceKind<JsonObject> Sidecars { get; } = Of("networking.istio.io", "v1", "sidecars", "Sidecar");

    public static ResourceKind<JsonObject> Secrets { get; } = Of("", "v1", "secrets", "Secret");

    public static ResourceKind<JsonObject> ConfigMaps { get; } = Of("", "v1", "configmaps", "ConfigMap");

    public static IReadOnlyList<ResourceKind<JsonObject>> All { get; } =
    [
        Of("", "v1", "namespaces", "Namespace") with { Namespaced = false },
        Of("", "v1", "nodes", "Node") with { Namespaced = false },
        Of("", "v1", "services", "Service"),
        Pods,
        ConfigMaps,
        Of("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
        WorkloadEntries,
        Sidecars,
        Of("networking.istio.io", "v1", "gateways", "Gateway"),
        Of("networking.istio.io", "v1", "virtualservices", "VirtualService"),
        Of("networking.istio.io", "v1", "destinationrules", "DestinationRule"),
        Of("telemetry.istio.io", "v1", "telemetries", "Telemetry"),
        Of("security.istio.io", "v1", "peerauthentications", "PeerAuthentication"),
        Of("security.istio.io", "v1", "authorizationpolicies", "AuthorizationPolicy"),
    ];

    private static ResourceKind<JsonObject> Of(string group, string version, string plural, string kind) =>
        new(group, version, plural, kind, MeshJson.Default.JsonObject);
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class MeshJson : JsonSerializerContext;
