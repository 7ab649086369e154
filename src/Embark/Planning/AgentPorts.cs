using System.Globalization;

namespace Embark.Planning;

/// <summary>Ports that the agent and Envoy take for themselves (sidecar-bootstrap 5.7).</summary>
public sealed record AgentPorts(int Admin, int Status, int Readiness, int Metrics)
{
    /// <summary>Variable that sets the readiness port.</summary>
    public const string ReadinessVariable = "ENVOY_STATUS_PORT";

    /// <summary>Variable that sets the metrics port.</summary>
    public const string MetricsVariable = "ENVOY_PROMETHEUS_PORT";

    /// <summary>Ports of the proxy itself: the agent's defaults.</summary>
    public static AgentPorts Standard { get; } = new(15000, 15020, 15021, 15090);

    /// <summary>Ports of the bridge, which serves beside the proxy.</summary>
    public static AgentPorts Bridge { get; } = new(15100, 15120, 15121, 15190);

    /// <summary>Annotation value: four ports of their own, for a machine in two meshes. The bridge takes those 100 above.</summary>
    public static AgentPorts From(int basis) => new(basis, basis + 20, basis + 21, basis + 90);

    /// <summary>Ports of the bridge that stands in for a proxy with these.</summary>
    public AgentPorts Beside => From(Admin + 100);

    /// <summary>All four.</summary>
    public IReadOnlyList<int> All => [Admin, Status, Readiness, Metrics];
}

internal static class PortText
{
    public static string ToText(this int port) => port.ToString(CultureInfo.InvariantCulture);
}
