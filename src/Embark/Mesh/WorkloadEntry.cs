using System.Net;
using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>A WorkloadEntry, checked at the door: what of it stands for one VM.</summary>
public sealed record WorkloadEntry
{
    /// <summary>Namespace and name.</summary>
    public required NamespacedName Name { get; init; }

    /// <summary>resourceVersion it was read at.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>spec.address: IP or host name; null when absent.</summary>
    public string? Address { get; init; }

    /// <summary>Service account whose identity the VM has.</summary>
    public required string ServiceAccount { get; init; }

    /// <summary>spec.network; null when absent.</summary>
    public string? Network { get; init; }

    /// <summary>spec.labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>metadata.labels.</summary>
    public required IReadOnlyDictionary<string, string> MetadataLabels { get; init; }

    /// <summary>Address that the proxy binds.</summary>
    public required IPAddress InstanceIp { get; init; }

    /// <summary>What the annotations say of the VM.</summary>
    public required VmSettings Vm { get; init; }
}
