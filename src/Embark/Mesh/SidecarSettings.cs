using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>The Sidecar that applies to one VM, as far as a join needs it.</summary>
public sealed record SidecarSettings
{
    /// <summary>Namespace and name.</summary>
    public required NamespacedName Name { get; init; }

    /// <summary>Ports of spec.ingress.</summary>
    public required IReadOnlyList<int> IngressPorts { get; init; }

    /// <summary>spec.egress[].hosts, all of them, as <c>namespace/host</c>.</summary>
    public required IReadOnlyList<string> EgressHosts { get; init; }
}
