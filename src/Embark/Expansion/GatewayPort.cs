namespace Embark.Expansion;

/// <summary>One port of the VM gateway, as the guide opens them (sidecar-bootstrap 1, step 7).</summary>
/// <param name="Number">The port, on the Service and in the pod.</param>
/// <param name="Name">Its name; the part before the dash is the protocol to Istio.</param>
/// <param name="Protocol">Protocol of the Gateway's server.</param>
/// <param name="Purpose">What a VM does there.</param>
public sealed record GatewayPort(int Number, string Name, string Protocol, string Purpose)
{
    /// <summary>To services of the mesh, with mutual TLS from end to end.</summary>
    public static GatewayPort MutualTls { get; } = new(15443, "tls", "TLS", "calls to services");

    /// <summary>To istiod: certificates and configuration.</summary>
    public static GatewayPort Istiod { get; } = new(15012, "tls-istiod", "TLS", "istiod");

    /// <summary>To the collector: traces, Zipkin v2 JSON.</summary>
    public static GatewayPort Traces { get; } = new(9411, "tcp-zipkin", "TCP", "traces");

    /// <summary>To the collector: access logs, Envoy's gRPC access log service.</summary>
    public static GatewayPort AccessLogs { get; } = new(11800, "tcp-als", "TCP", "access logs");

    /// <summary>All four.</summary>
    public static IReadOnlyList<GatewayPort> All { get; } = [MutualTls, Istiod, Traces, AccessLogs];
}
