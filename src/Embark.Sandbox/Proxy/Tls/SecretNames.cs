using Embark.Sandbox.Istiod.Protos.Tls;
using Embark.Sandbox.Proxy.Listening;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>The proxy has one certificate and one set of roots: what asks for others is refused, not served with these.</summary>
internal static class SecretNames
{
    private const string Own = "default";
    private const string Roots = "ROOTCA";

    /// <exception cref="ConfigurationRejectedException">Other secrets are asked for.</exception>
    public static void Require(CommonTlsContext tls)
    {
        var validation = tls.ValidationContextTypeCase switch
        {
            CommonTlsContext.ValidationContextTypeOneofCase.CombinedValidationContext => tls.CombinedValidationContext.DefaultValidationContext,
            CommonTlsContext.ValidationContextTypeOneofCase.ValidationContext => tls.ValidationContext,
            _ => null,
        };
        var asked = tls.TlsCertificateSdsSecretConfigs.Select(secret => secret.Name).FirstOrDefault(name => name != Own)
            ?? (tls.CombinedValidationContext?.ValidationContextSdsSecretConfig ?? tls.ValidationContextSdsSecretConfig) switch
            {
                { Name: Roots } or null => null,
                { Name: var other } => other,
            };
        if (asked is not null)
            throw new ConfigurationRejectedException($"secret '{asked}' is not to be had: only '{Own}' and '{Roots}'");
        if (tls.TlsCertificates.Count > 0 || validation?.TrustedCa is not null)
            throw new ConfigurationRejectedException("certificates from files or inline are not supported");
    }
}
