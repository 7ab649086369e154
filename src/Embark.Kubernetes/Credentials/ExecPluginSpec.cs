namespace Embark.Kubernetes.Credentials;

/// <summary>An exec credential plugin as the kubeconfig describes it (client.authentication.k8s.io).</summary>
internal sealed record ExecPluginSpec
{
    /// <summary><c>client.authentication.k8s.io/v1</c> or <c>.../v1beta1</c>; the plugin must answer in the same.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>A name found on PATH, or an absolute path.</summary>
    public required string Command { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];

    public string? InstallHint { get; init; }

    public bool ProvideClusterInfo { get; init; }

    /// <summary>Never, IfAvailable or Always.</summary>
    public string InteractiveMode { get; init; } = "IfAvailable";

    /// <summary>JSON of the cluster's extension <c>client.authentication.k8s.io/exec</c>; null when there is none.</summary>
    public System.Text.Json.Nodes.JsonNode? ClusterConfig { get; init; }
}
