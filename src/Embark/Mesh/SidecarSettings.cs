using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>The Sidecar that applies to one VM, as far as a join needs it.</summary>
public sealed record SidecarSettings
{
    /// <summary>Namespace and name.</summary>
    public required NamespacedName Name { get; init; }

    /// <summary>Ports of spec.ingress.</summary>
    public required IReadOnlyList<int> IngressPorts { get; init; }

    /// <summary>spec.ingress: what the proxy listens on for the VM's application.</summary>
    public IReadOnlyList<SidecarInbound> Ingress { get; init; } = [];

    /// <summary>spec.egress: where the proxy listens for calls of the VM.</summary>
    public IReadOnlyList<SidecarOutbound> Egress { get; init; } = [];

    /// <summary>spec.egress[].hosts, all of them, as <c>namespace/host</c>.</summary>
    public required IReadOnlyList<string> EgressHosts { get; init; }
}

/// <summary>One ingress listener.</summary>
/// <param name="Port">Its port.</param>
/// <param name="Bind">Address it binds; null for the instance address.</param>
/// <param name="Application">Where the application listens, as the Sidecar writes it; null when it says nothing.</param>
public sealed record SidecarInbound(int Port, string? Bind, string? Application);

/// <summary>One egress listener, or one for each port of the hosts.</summary>
/// <param name="Bind">Address it binds; 127.0.0.1 where the Sidecar names none and nothing is captured.</param>
/// <param name="Port">Its port; null for the ports of the hosts.</param>
/// <param name="Hosts">Hosts as <c>namespace/host</c>.</param>
public sealed record SidecarOutbound(string Bind, int? Port, IReadOnlyList<string> Hosts);
