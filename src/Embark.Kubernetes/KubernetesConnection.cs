using Embark.Kubernetes.Credentials;

namespace Embark.Kubernetes;

/// <summary>
/// Where an API server is, whom to trust and who we are: what a context of a kubeconfig, or a pod's own account, says.
/// Made by <see cref="Kubeconfig.Load"/> or <see cref="InCluster"/>; nothing was connected to yet.
/// </summary>
public sealed class KubernetesConnection
{
    internal KubernetesConnection(UserSpec user, Func<string, string?> environment)
    {
        User = user;
        Environment = environment;
    }

    /// <summary>Base address of the API server; may have a path.</summary>
    public required Uri Server { get; init; }

    /// <summary>Namespace of the context; <c>default</c> when it names none.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the context; null inside a cluster.</summary>
    public string? Context { get; init; }

    /// <summary>Where all this was read, ready for messages: such as <c>context "dev" of /home/me/.kube/config</c>.</summary>
    public required string Source { get; init; }

    /// <summary>Things worth telling the user once, such as a kubeconfig that everybody can read.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>PEM of the certificates to trust; null for the system's.</summary>
    internal byte[]? CertificateAuthority { get; init; }

    /// <summary>Where the certificates to trust were read, for messages.</summary>
    internal string? CertificateAuthoritySource { get; init; }

    /// <summary>The name to ask for and to check in the server's certificate; null for the host of <see cref="Server"/>.</summary>
    internal string? TlsServerName { get; init; }

    /// <summary>The server's certificate is not checked; only ever with the explicit option.</summary>
    internal bool InsecureTls { get; init; }

    /// <summary>The proxy to use; null for the environment's.</summary>
    internal Uri? Proxy { get; init; }

    internal UserSpec User { get; }

    internal Func<string, string?> Environment { get; }
}
