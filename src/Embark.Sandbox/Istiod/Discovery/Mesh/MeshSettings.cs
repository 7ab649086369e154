using System.Globalization;
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

    /// <summary>True: access logs go to the access log service of each proxy's own bootstrap.</summary>
    public bool AccessLogService { get; init; }

    /// <summary>Per cent of requests that are traced where a proxy does not say. Default: 1.</summary>
    public double Sampling { get; init; } = 1;

    /// <summary>extensionProviders that take logs or traces.</summary>
    public IReadOnlyList<TelemetryProvider> Providers { get; init; } = [];

    /// <summary>defaultProviders.accessLogging.</summary>
    public IReadOnlyList<string> AccessLogProviders { get; init; } = [];

    /// <summary>defaultProviders.tracing.</summary>
    public IReadOnlyList<string> TracingProviders { get; init; } = [];

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
            AccessLogService = mesh.Choice("enableEnvoyAccessLogService") ?? false,
            Sampling = double.TryParse(mesh.Scalar("defaultConfig", "tracing", "sampling"), CultureInfo.InvariantCulture, out var sampling) ? sampling : defaults.Sampling,
            Providers = [.. TelemetryProvider.ReadAll(mesh)],
            AccessLogProviders = [.. mesh.Texts("defaultProviders", "accessLogging")],
            TracingProviders = [.. mesh.Texts("defaultProviders", "tracing")],
            Tracing = mesh.Choice("enableTracing") ?? true,
            Metrics = mesh.Texts("defaultProviders", "metrics").Any(),
            AutoMutualTls = mesh.Choice("enableAutoMtls") ?? true,
            RegistryOnly = mesh.Text("outboundTrafficPolicy", "mode") == "REGISTRY_ONLY",
            ConnectTimeout = Durations.Parse(mesh.Text("connectTimeout")) ?? defaults.ConnectTimeout,
            ProtocolDetectionTimeout = Durations.Parse(mesh.Text("protocolDetectionTimeout")) ?? defaults.ProtocolDetectionTimeout,
        };
    }
}
