using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes.Credentials;

/// <summary>Reads the ExecCredential that a plugin prints. Its text is never shown: it may hold the token.</summary>
internal static class ExecAnswer
{
    /// <summary>The credential, or why there is none.</summary>
    public static (Credential? Credential, string? Why) Read(byte[] answer, ExecPluginSpec spec, X509Certificate2? configured, TimeProvider time)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, WireJson.Default.ExecCredentialAnswer) is { } parsed
                ? Check(parsed, spec, configured, time)
                : (null, "printed no ExecCredential");
        }
        catch (JsonException)
        {
            return (null, $"printed {answer.Length} bytes that are not an ExecCredential in JSON");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(answer);
        }
    }

    private static (Credential? Credential, string? Why) Check(
        ExecCredentialAnswer answer, ExecPluginSpec spec, X509Certificate2? configured, TimeProvider time)
    {
        if (answer.Kind != "ExecCredential")
            return (null, $"printed a \"{answer.Kind}\" instead of an ExecCredential");
        if (answer.ApiVersion != spec.ApiVersion)
            return (null, $"answered in apiVersion {answer.ApiVersion}, but the kubeconfig asks for {spec.ApiVersion}");
        if (answer.Status is not { } status)
            return (null, "printed an ExecCredential without a status");
        if (status.ClientCertificateData is null != status.ClientKeyData is null)
            return (null, "gave a certificate without its key, or a key without its certificate");
        if (string.IsNullOrEmpty(status.Token) && status.ClientCertificateData is null)
            return (null, "gave neither a token nor a certificate");
        if (status.Token is { } token && token.AsSpan().ContainsAnyExceptInRange('\x21', '\x7e'))
            return (null, "gave a token that holds blanks or control characters");
        if (status.ExpirationTimestamp is { } end && end <= time.GetUtcNow())
            return (null, $"gave a credential that expired at {end:u} already");
        return (new Credential
        {
            Token = string.IsNullOrEmpty(status.Token) ? null : new Secret(Encoding.UTF8.GetBytes(status.Token)),
            Certificate = status.ClientCertificateData is null ? configured : Certificate(status, spec, time),
            ExpiresAt = status.ExpirationTimestamp,
        }, null);
    }

    private static X509Certificate2 Certificate(ExecCredentialStatus status, ExecPluginSpec spec, TimeProvider time) => ClientCertificate.Load(
        new ClientCertificateSpec(
            status.ClientCertificateData!, $"of the credential plugin {spec.Command}",
            new Secret(Encoding.UTF8.GetBytes(status.ClientKeyData!)), $"of the credential plugin {spec.Command}"),
        time);
}
