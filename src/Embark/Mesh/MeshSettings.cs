using System.Text.Json.Nodes;

namespace Embark.Mesh;

/// <summary>What a plan needs to know of the mesh, read from the cluster once and checked.</summary>
public sealed record MeshSettings
{
    /// <summary>Namespace of istiod. Default <c>istio-system</c>.</summary>
    public string SystemNamespace { get; init; } = "istio-system";

    /// <summary>Revision of the control plane; empty for none.</summary>
    public string Revision { get; init; } = "";

    /// <summary>MeshConfig.trustDomain. Default <c>cluster.local</c>.</summary>
    public string TrustDomain { get; init; } = "cluster.local";

    /// <summary>MeshConfig.defaultConfig as written: nothing compiled in.</summary>
    public JsonObject DefaultConfig { get; init; } = [];

    /// <summary>ProxyConfig from the ConfigMap that the system namespace names for mesh expansion; null for none.</summary>
    public JsonObject? Overrides { get; init; }

    /// <summary>Which cluster this is: the uid of the control plane's namespace; null where it could not be read.</summary>
    public string? ClusterId { get; init; }

    /// <summary>global.multiCluster.clusterName. Default <c>Kubernetes</c>.</summary>
    public string ClusterName { get; init; } = "Kubernetes";

    /// <summary>Network of the cluster; empty when it has no name.</summary>
    public string ClusterNetwork { get; init; } = "";

    /// <summary>global.proxy.clusterDomain. Default <c>cluster.local</c>.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>global.meshID; empty for none.</summary>
    public string MeshId { get; init; } = "";

    /// <summary>global.trustDomain; of the tetrate profile only.</summary>
    public string GlobalTrustDomain { get; init; } = "";

    /// <summary>global.caAddress; empty for none.</summary>
    public string CaAddress { get; init; } = "";

    /// <summary>global.remotePilotAddress; of the tetrate profile only.</summary>
    public string RemotePilotAddress { get; init; } = "";

    /// <summary>global.sds.token.aud. Default <c>istio-ca</c>.</summary>
    public string TokenAudience { get; init; } = "istio-ca";

    /// <summary>The proxy image.</summary>
    public ImageSettings Image { get; init; } = new();

    /// <summary>global.proxy.logLevel; null for the profile's default.</summary>
    public string? LogLevel { get; init; }

    /// <summary>global.proxy.componentLogLevel; null for the profile's default.</summary>
    public string? ComponentLogLevel { get; init; }

    /// <summary>PEM bundle of the mesh's root certificates, as it stands in the cluster.</summary>
    public required string RootCertificates { get; init; }

    /// <summary>PEM bundle of the cluster's own CA; read for the tetrate profile only, else null.</summary>
    public string? KubernetesCa { get; init; }

    /// <summary>The VM gateway; null when none was found: <see cref="GatewayProblems"/> then says why.</summary>
    public GatewayAddress? Gateway { get; init; }

    /// <summary>Why there is no gateway. They stop a plan only when it needs one (an address that is local to the cluster).</summary>
    public IReadOnlyList<Problem> GatewayProblems { get; init; } = [];

    /// <summary>Namespaces that are known to exist among those that two-label host names of the configuration name.</summary>
    public IReadOnlySet<string> Namespaces { get; init; } = new HashSet<string>();

    /// <summary>Mesh-wide tracing providers: name and Service host, for the check of what a Sidecar lets the VM see.</summary>
    public IReadOnlyList<TracingProvider> TracingProviders { get; init; } = [];

    /// <summary>Things worth knowing that stop nothing.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];
}

/// <summary>One extension provider that traces, as MeshConfig names it.</summary>
/// <param name="Name">Name of the provider.</param>
/// <param name="Service">Its service, <c>host</c> or <c>namespace/host</c>.</param>
public sealed record TracingProvider(string Name, string Service);
