using Embark.Kubernetes;

namespace Embark;

/// <summary>What somebody says of a machine that has no objects in the cluster yet. Nothing of it is checked before <see cref="Mesh.FirstObjects"/>.</summary>
public sealed record NewVm
{
    /// <summary>Namespace and name of its WorkloadEntry.</summary>
    public required NamespacedName Name { get; init; }

    /// <summary>IP address or name at which pods reach it.</summary>
    public required string Address { get; init; }

    /// <summary>Value of the label <c>app</c>: which application it serves.</summary>
    public required string App { get; init; }

    /// <summary>Value of the label <c>version</c>. Default <c>v1</c>.</summary>
    public string Version { get; init; } = "v1";

    /// <summary>Service account whose identity it has.</summary>
    public required string ServiceAccount { get; init; }

    /// <summary>Ports that the mesh calls it at.</summary>
    public required IReadOnlyList<NewVmPort> Ports { get; init; }

    /// <summary>Where the application listens on the machine. Default <c>127.0.0.1</c>.</summary>
    public string Application { get; init; } = "127.0.0.1";

    /// <summary>Network of the machine; null when it is the cluster's own, so that pods and machine reach each other directly.</summary>
    public string? Network { get; init; }

    /// <summary>Further labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Annotations: how it is reached by SSH, and what runs there.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Address where its proxy listens for calls into the mesh. Default <c>127.0.0.2</c>.</summary>
    public string EgressBind { get; init; } = "127.0.0.2";

    /// <summary>What it may call, as <c>namespace/host</c>. Default: everything of its namespace.</summary>
    public IReadOnlyList<string> EgressHosts { get; init; } = ["./*"];
}

/// <summary>A port that the mesh calls.</summary>
/// <param name="Number">1 to 65535.</param>
/// <param name="Protocol">As Istio writes it. Default HTTP.</param>
public sealed record NewVmPort(int Number, string Protocol = "HTTP")
{
    /// <summary>Protocols of Istio that a Sidecar's ingress takes.</summary>
    public static readonly IReadOnlyList<string> Protocols = ["HTTP", "HTTP2", "GRPC", "HTTPS", "TCP", "TLS", "MONGO"];
}
