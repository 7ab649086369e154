using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Embark.Kubernetes.Credentials;

/// <summary>What one request shows to the server. Compared by reference: a refreshed credential is another one.</summary>
internal sealed class Credential
{
    public Secret? Token { get; init; }

    public BasicLogin? Basic { get; init; }

    public X509Certificate2? Certificate { get; init; }

    /// <summary>When it ends; null for never, or not known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Null when nothing but a certificate is shown.</summary>
    public AuthenticationHeaderValue? Authorization()
    {
        if (Token is { } token)
            return new AuthenticationHeaderValue("Bearer", Encoding.UTF8.GetString(token.Reveal()));
        if (Basic is not { } basic)
            return null;
        byte[] login = [.. Encoding.UTF8.GetBytes($"{basic.UserName}:"), .. basic.Password.Reveal()];
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(login));
    }
}
