namespace Embark.Mesh;

/// <summary>How to reach a VM and what to run there, from the WorkloadEntry's annotations and the command line.</summary>
public sealed record VmSettings
{
    /// <summary>Where SSH goes.</summary>
    public required SshTarget Ssh { get; init; }

    /// <summary>Absolute directory on the VM; null for the default of decision 1 of sidecar-bootstrap 4 (needs facts).</summary>
    public string? Directory { get; init; }

    /// <summary>Container name. Default <c>istio-proxy</c>.</summary>
    public string ContainerName { get; init; } = "istio-proxy";

    /// <summary>TCP ports that the Sidecar's ingress asks for on the instance address; the preflight checks that they are free.</summary>
    public IReadOnlyList<int> IngressPorts { get; init; } = [];
}
