using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>Asks the API for a VM's token, right before it is copied: one per VM (reliability 3.1).</summary>
public sealed class TokenIssuer
{
    private readonly Func<FileContent.WorkloadToken, CancellationToken, Task<ServiceAccountToken>> _ask;

    /// <summary>Asks this cluster.</summary>
    public TokenIssuer(KubernetesClient cluster)
        : this((wanted, cancellationToken) => cluster.RequestTokenAsync(wanted.ServiceAccount, wanted.Audience, wanted.Lifetime, cancellationToken)) { }

    internal TokenIssuer(Func<FileContent.WorkloadToken, CancellationToken, Task<ServiceAccountToken>> ask) => _ask = ask;

    /// <summary>Asks for one token. Whoever gets it disposes it.</summary>
    /// <exception cref="KubernetesException">The API refused, or its answer is not the token that was asked for.</exception>
    public Task<ServiceAccountToken> IssueAsync(FileContent.WorkloadToken wanted, CancellationToken cancellationToken) => _ask(wanted, cancellationToken);
}
