using System.Text.Json.Serialization;
using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>A WorkloadEntry as the API gives it.</summary>
internal sealed record WorkloadEntryObject(ObjectMeta Metadata, WorkloadEntrySpec? Spec, WorkloadEntryStatus? Status);

/// <summary>What istiod says of a VM's health.</summary>
internal sealed record WorkloadEntryStatus(IReadOnlyList<IstioCondition>? Conditions);

/// <summary>One condition.</summary>
internal sealed record IstioCondition(string? Type, string? Status, string? Message);

/// <summary>Ports, weight and locality mean nothing to a join and are not read.</summary>
internal sealed record WorkloadEntrySpec(string? Address, IReadOnlyDictionary<string, string>? Labels, string? ServiceAccount, string? Network);

/// <summary>A Sidecar as the API gives it.</summary>
internal sealed record SidecarObject(ObjectMeta Metadata, SidecarSpec? Spec);

/// <summary>What of a Sidecar a join looks at.</summary>
internal sealed record SidecarSpec(WorkloadSelector? WorkloadSelector, IReadOnlyList<SidecarIngress>? Ingress, IReadOnlyList<SidecarEgress>? Egress);

/// <summary>Labels that a workload must have.</summary>
internal sealed record WorkloadSelector(IReadOnlyDictionary<string, string>? Labels, IReadOnlyDictionary<string, string>? MatchLabels);

/// <summary>One inbound listener.</summary>
internal sealed record SidecarIngress(IstioPort? Port, string? Bind, string? DefaultEndpoint);

/// <summary>One outbound listener.</summary>
internal sealed record SidecarEgress(IReadOnlyList<string>? Hosts, string? Bind, IstioPort? Port);

/// <summary>A port of Istio's objects.</summary>
internal sealed record IstioPort(int Number, string? Name, string? Protocol);

/// <summary>A ServiceEntry as the API gives it.</summary>
internal sealed record ServiceEntryObject(ObjectMeta Metadata, ServiceEntrySpec? Spec);

/// <summary>Hosts and ports.</summary>
internal sealed record ServiceEntrySpec(IReadOnlyList<string>? Hosts, IReadOnlyList<IstioPort>? Ports)
{
    /// <summary>Namespaces it is shown to; <c>*</c> and absent for all, <c>.</c> for its own.</summary>
    public IReadOnlyList<string>? ExportTo { get; init; }
}

/// <summary>A Telemetry as the API gives it.</summary>
internal sealed record TelemetryObject(ObjectMeta Metadata, TelemetrySpec? Spec);

/// <summary>Who it is for and which tracing it sets.</summary>
internal sealed record TelemetrySpec(WorkloadSelector? Selector, IReadOnlyList<TelemetryTracing>? Tracing);

/// <summary>One tracing rule.</summary>
internal sealed record TelemetryTracing(IReadOnlyList<TelemetryProvider>? Providers, bool? DisableSpanReporting);

/// <summary>A provider by its name in MeshConfig.extensionProviders.</summary>
internal sealed record TelemetryProvider(string? Name);

/// <summary>A webhook configuration: only its labels are read, for revision tags.</summary>
internal sealed record WebhookConfigurationObject(ObjectMeta Metadata);

/// <summary>Istio's kinds, which the Kubernetes client knows nothing of.</summary>
internal static class IstioKinds
{
    public const string NetworkingGroup = "networking.istio.io";

    public const string TelemetryGroup = "telemetry.istio.io";

    /// <summary>Versions that are read alike, newest first.</summary>
    public static readonly IReadOnlyList<string> NetworkingVersions = ["v1", "v1beta1", "v1alpha3"];

    public static ResourceKind<WebhookConfigurationObject> Webhooks { get; } =
        new("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", IstioJson.Default.WebhookConfigurationObject) { Namespaced = false };

    public static ResourceKind<WorkloadEntryObject> WorkloadEntries(string version) =>
        new(NetworkingGroup, version, "workloadentries", "WorkloadEntry", IstioJson.Default.WorkloadEntryObject);

    public static ResourceKind<SidecarObject> Sidecars(string version) => new(NetworkingGroup, version, "sidecars", "Sidecar", IstioJson.Default.SidecarObject);

    public static ResourceKind<ServiceEntryObject> ServiceEntries(string version) =>
        new(NetworkingGroup, version, "serviceentries", "ServiceEntry", IstioJson.Default.ServiceEntryObject);

    public static ResourceKind<TelemetryObject> Telemetries(string version) => new(TelemetryGroup, version, "telemetries", "Telemetry", IstioJson.Default.TelemetryObject);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WorkloadEntryObject))]
[JsonSerializable(typeof(SidecarObject))]
[JsonSerializable(typeof(ServiceEntryObject))]
[JsonSerializable(typeof(TelemetryObject))]
[JsonSerializable(typeof(WebhookConfigurationObject))]
internal sealed partial class IstioJson : JsonSerializerContext;
