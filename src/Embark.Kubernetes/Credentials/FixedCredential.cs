namespace Embark.Kubernetes.Credentials;

/// <summary>A credential that never changes: a certificate, a token or a login written in the kubeconfig, or none at all.</summary>
internal sealed class FixedCredential(Credential credential) : ICredentialSource
{
    public ValueTask<Credential> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(credential);

    public ValueTask<bool> RefreshAsync(Credential refused, CancellationToken cancellationToken) => ValueTask.FromResult(false);
}
