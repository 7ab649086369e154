using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>The parts of MeshConfig and of istiod's own environment that shape the generated configuration; defaults are Istio's.</summary>
internal sealed record MeshSettings
{
    public string TrustDomain { get; init; } = "cluster.local";

    public IReadOnlyList<string> TrustDomainAliases { get; init; } = [];

    public string RootNamespace { get; init; } = "istio-system";

    /// <summary>DNS suffix of Services.</summary>
    public string Domain { get; init; } = "cluster.local";

    public string ClusterId { get; init; } = "Kubernetes";

    /// <summary>Empty: no access log.</summary>
    public string AccessLogFile { get; init; } = "";

    /// <summary>Null: Istio's own text format.</summary>
    public string? AccessLogFormat { get; init; }

    public bool Tracing { get; init; } = true;

    public bool Metrics { get; init; }

    public bool AutoMutualTls { get; init; } = true;

    /// <summary>True: what no Service names is refused instead of passed through.</summary>
    public bool RegistryOnly { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Zero: detection waits for ever.</summary>
    public TimeSpan ProtocolDetectionTimeout { get; init; } = TimeSpan.Zero;

    /// <summary>One per trust domain by which the mesh is known.</summary>
    public IEnumerable<string> IdentitiesOf(string @namespace, string serviceAccount) =>
        TrustDomainAliases.Prepend(TrustDomain).Select(domain => $"spiffe://{domain}/ns/{@namespace}/sa/{serviceAccount}");

    /// <param name="mesh">The key <c>mesh</c> of the ConfigMap, as a tree.</param>
    public static MeshSettings Read(JsonNode? mesh, string clusterId)
    {
        var defaults = new MeshSettings();
        return new MeshSettings
        {
            ClusterId = clusterId,
            TrustDomain = mesh.Text("trustDomain") ?? defaults.TrustDomain,
            TrustDomainAliases = [.. mesh.Texts("trustDomainAliases")],
            RootNamespace = mesh.Text("rootNamespace") ?? defaults.RootNamespace,
            AccessLogFile = mesh.Text("accessLogFile") ?? "",
            AccessLogFormat = mesh.Text("accessLogFormat") is { Length: > 0 } format ? format : null,
            Tracing = mesh.Choice("enableTracing") ?? true,
            Metrics = mesh.Texts("defaultProviders", "metrics").Any(),
            AutoMutualTls = mesh.Choice("enableAutoMtls") ?? true,
            RegistryOnly = mesh.Text("outboundTrafficPolicy", "mode") == "REGISTRY_ONLY",
            ConnectTimeout = Durations.Parse(mesh.Text("connectTimeout")) ?? defaults.ConnectTimeout,
            ProtocolDetectionTimeout = Durations.Parse(mesh.Text("protocolDetectionTimeout")) ?? defaults.ProtocolDetectionTimeout,
        };
    }
}
