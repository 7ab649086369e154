using System.Text.Json.Serialization;
using Embark.Kubernetes;

namespace Embark.Controller.Leading;

/// <summary>A Lease (coordination.k8s.io/v1): who of several controllers acts.</summary>
internal sealed record Lease(ObjectMeta Metadata, LeaseSpec? Spec)
{
    public static ResourceKind<Lease> Kind { get; } = new("coordination.k8s.io", "v1", "leases", "Lease", LeaseJson.Default.Lease);
}

/// <summary>Its holder, and when it was renewed; times are MicroTime texts.</summary>
internal sealed record LeaseSpec(string? HolderIdentity, int? LeaseDurationSeconds, string? AcquireTime, string? RenewTime, int? LeaseTransitions);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Lease))]
internal sealed partial class LeaseJson : JsonSerializerContext;
