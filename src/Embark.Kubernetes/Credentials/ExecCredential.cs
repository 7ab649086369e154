using System.Security.Cryptography.X509Certificates;

namespace Embark.Kubernetes.Credentials;

/// <summary>Credentials of a plugin: kept until they expire or are refused, and asked for once however many requests wait.</summary>
internal sealed class ExecCredential(ExecPlugin plugin, X509Certificate2? certificate, TimeProvider time) : ICredentialSource, IDisposable
{
    /// <summary>A credential that ends while the request travels is of no use.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile Credential? _current;

    public async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        if (Usable(_current) is { } current)
            return current;
        await _one.WaitAsync(cancellationToken);
        try
        {
            return Usable(_current) ?? (_current = await plugin.RunAsync(certificate, cancellationToken));
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask<bool> RefreshAsync(Credential refused, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_current == refused)
                _current = await plugin.RunAsync(certificate, cancellationToken);
            return true;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private Credential? Usable(Credential? credential) =>
        credential is { ExpiresAt: { } end } && end - Margin <= time.GetUtcNow() ? null : credential;
}
