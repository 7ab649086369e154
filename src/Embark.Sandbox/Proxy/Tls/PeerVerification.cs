using System.Security.Cryptography.X509Certificates;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Protos.Tls;
using Embark.Sandbox.Istiod.Protos.Types;
using Embark.Sandbox.Proxy.Listening;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>Checks the other side's certificate: chain to the mesh's roots, then the names the configuration asks for.</summary>
internal sealed class PeerVerification
{
    private readonly WorkloadCertificates _certificates;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<StringMatcher> _names;

    /// <exception cref="ConfigurationRejectedException">It asks for more than can be checked here.</exception>
    public PeerVerification(CommonTlsContext tls, WorkloadCertificates certificates, TimeProvider clock)
    {
        SecretNames.Require(tls);
        (_certificates, _clock) = (certificates, clock);
        var context = tls.ValidationContextTypeCase switch
        {
            CommonTlsContext.ValidationContextTypeOneofCase.CombinedValidationContext => tls.CombinedValidationContext.DefaultValidationContext,
            CommonTlsContext.ValidationContextTypeOneofCase.ValidationContext => tls.ValidationContext,
            _ => null,
        };
        if (context?.MatchTypedSubjectAltNames.FirstOrDefault(name => name.SanType != SubjectAltNameMatcher.Types.SanType.Uri) is { } other)
            throw new ConfigurationRejectedException($"names of type {other.SanType} in certificates are not checked");
        _names = context is null ? [] : [.. context.MatchSubjectAltNames, .. context.MatchTypedSubjectAltNames.Select(name => name.Matcher)];
    }

    /// <summary>Null when the certificate is good, else why it is not.</summary>
    public string? Refusal(X509Certificate? presented, X509Chain? sent)
    {
        if (presented is not X509Certificate2 certificate)
            return "no certificate was presented";
        if (_certificates.Current is not { } own)
            return "no root certificate yet";
        using var chain = new X509Chain
        {
            ChainPolicy =
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                VerificationTime = _clock.GetUtcNow().UtcDateTime,
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
