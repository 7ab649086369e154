namespace Embark.Kubernetes;

/// <summary>Which kubeconfig, and which part of it.</summary>
public sealed record KubeconfigOptions
{
    /// <summary>The one file to read (<c>--kubeconfig</c>); null reads the list in <c>KUBECONFIG</c>, else <c>~/.kube/config</c>, else the pod's own account.</summary>
    public string? File { get; init; }

    /// <summary>The context to use (<c>--context</c>); null uses <c>current-context</c>.</summary>
    public string? Context { get; init; }

    /// <summary>
    /// Allows <c>insecure-skip-tls-verify</c>, and plain http to other machines. Default false: both are refused, since
    /// whoever answers then gets the credentials.
    /// </summary>
    public bool AllowInsecureTls { get; init; }

    /// <summary>Looks up an environment variable; null when it is not set. Default: this process's environment.</summary>
    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;
}
