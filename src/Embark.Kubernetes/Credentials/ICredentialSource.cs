namespace Embark.Kubernetes.Credentials;

/// <summary>Gives the credential for the next request.</summary>
internal interface ICredentialSource
{
    /// <summary>The credential to use now.</summary>
    ValueTask<Credential> GetAsync(CancellationToken cancellationToken);

    /// <summary>The server refused <paramref name="refused"/> (401): true when there is another one to try.</summary>
    ValueTask<bool> RefreshAsync(Credential refused, CancellationToken cancellationToken);
}
