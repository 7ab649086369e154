using System.Security.Cryptography.X509Certificates;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Protos.Tls;
using Embark.Sandbox.Istiod.Protos.Types;
using Google.Protobuf.Collections;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>Checks the other side's certificate: chain to the mesh's roots, then the names the configuration asks for.</summary>
internal sealed class PeerVerification(CommonTlsContext tls, WorkloadCertificates certificates, TimeProvider clock)
{
    private readonly RepeatedField<StringMatcher> _names = tls.ValidationContextTypeCase switch
    {
        CommonTlsContext.ValidationContextTypeOneofCase.CombinedValidationContext => tls.CombinedValidationContext.DefaultValidationContext?.MatchSubjectAltNames ?? new RepeatedField<StringMatcher>(),
        CommonTlsContext.ValidationContextTypeOneofCase.ValidationContext => tls.ValidationContext.MatchSubjectAltNames,
        _ => new RepeatedField<StringMatcher>(),
    };

    /// <summary>Null when the certificate is good, else why it is not.</summary>
    public string? Refusal(X509Certificate? presented, X509Chain? sent)
    {
        if (presented is not X509Certificate2 certificate)
            return "no certificate was presented";
        if (certificates.Current is not { } own)
            return "no root certificate yet";
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationTime = clock.GetUtcNow().UtcDateTime,
                DisableCertificateDownloads = true,
            },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(own.Roots);
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        if (!chain.Build(certificate))
            return $"certificate verify failed: {string.Join(", ", chain.ChainStatus.Select(s => s.Status))}";

        var names = CallerAuthentication.UriNames(certificate);
        return _names.Count == 0 || names.Any(n => _names.Any(m => Matching.Matches(m, n)))
            ? null
            : $"verify SAN list: [{string.Join(' ', names)}] matches none of the expected names";
    }
}
