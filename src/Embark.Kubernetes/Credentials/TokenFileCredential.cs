using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Kubernetes.Credentials;

/// <summary>A token in a file that somebody else renews: it is read with each request.</summary>
internal sealed class TokenFileCredential(string path, string source, X509Certificate2? certificate) : ICredentialSource
{
    private const int MaxBytes = 64 * 1024;

    private volatile Credential? _current;

    public async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        var bytes = await ReadAsync(cancellationToken);
        try
        {
            var token = bytes.AsSpan().Trim("\r\n\t "u8);
            if (token.IsEmpty)
                throw Unusable("is empty", null);
            if (token.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
                throw Unusable("holds something else than a token", null);
            if (_current is { Token: { } same } current && token.SequenceEqual(same.Reveal()))
                return current;
            return _current = new Credential { Token = new Secret(token), Certificate = certificate };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public async ValueTask<bool> RefreshAsync(Credential refused, CancellationToken cancellationToken) =>
        await GetAsync(cancellationToken) != refused;

    private async Task<byte[]> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= MaxBytes
                ? await File.ReadAllBytesAsync(path, cancellationToken)
                : throw Unusable($"has more than {MaxBytes} bytes", null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable($"cannot be read: {e.Message}", e);
        }
    }

    private KubernetesException Unusable(string why, Exception? cause) =>
        new(KubernetesFailure.Credentials, $"{source}: tokenFile {path} {why}", "find out what writes this file, or use another context", cause);
}
