using Embark.Planning;

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

    /// <summary>Ports that agent and Envoy take for themselves (<c>proxy-port-base</c>). Default 15000, 15020, 15021, 15090.</summary>
    public AgentPorts Ports { get; init; } = AgentPorts.Standard;

    /// <summary>TCP ports that the Sidecar's ingress asks for on the instance address; the preflight checks that they are free.</summary>
    public IReadOnlyList<int> IngressPorts { get; init; } = [];

    /// <summary>What the command line asks for.</summary>
    public JoinOptions Options { get; init; } = new();

    /// <summary>What the operator allows; the image that comes of hub, name and tag is held against it.</summary>
    public Policy Policy { get; init; } = Policy.None;

    /// <summary>Repository prefix instead of the mesh's hub (<c>proxy-image-hub</c>); null for the mesh's.</summary>
    public string? ImageHub { get; init; }

    /// <summary>Complete image instead of the mesh's (<c>sidecar.istio.io/proxyImage</c>); null for the mesh's.</summary>
    public string? Image { get; init; }

    /// <summary>Envoy's log level; null for the mesh's.</summary>
    public string? LogLevel { get; init; }

    /// <summary>Envoy's log levels by component; null for the mesh's.</summary>
    public string? ComponentLogLevel { get; init; }

    /// <summary>Log level of the agent (<c>--log_output_level</c>); null for its default.</summary>
    public string? AgentLogLevel { get; init; }
}
