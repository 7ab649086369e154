namespace Embark.Kubernetes.Credentials;

/// <summary>Who we are, as the user of a kubeconfig says it; nothing is read or run yet.</summary>
internal sealed record UserSpec
{
    /// <summary>Name for messages, such as <c>user "dev" of /home/me/.kube/config</c>.</summary>
    public required string Source { get; init; }

    public ClientCertificateSpec? Certificate { get; init; }

    public Secret? Token { get; init; }

    /// <summary>Absolute path; wins over <see cref="Token"/>, as in client-go.</summary>
    public string? TokenFile { get; init; }

    public BasicLogin? Basic { get; init; }

    public ExecPluginSpec? Exec { get; init; }

    /// <summary>Headers <c>Impersonate-*</c>, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Impersonate { get; init; } = [];
}

/// <summary>PEM of a client certificate and its key, with where they came from.</summary>
internal sealed record ClientCertificateSpec(string Certificate, string CertificateSource, Secret Key, string KeySource);

/// <summary>User name and password (HTTP Basic).</summary>
internal sealed record BasicLogin(string UserName, Secret Password);
