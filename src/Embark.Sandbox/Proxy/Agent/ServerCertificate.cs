using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>Checks istiod's serving certificate; a refusal is told in the words of Go's x509.</summary>
internal static class ServerCertificate
{
    public static string? Refusal(X509Certificate2? certificate, X509Chain? sent, SslPolicyErrors errors, X509Certificate2Collection roots, string name, DateTimeOffset now)
    {
        if (certificate is null)
            return "no certificate";
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true, VerificationTime = now.UtcDateTime },
        };
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        if (!chain.Build(certificate))
            return chain.ChainStatus.Any(s => s.Status == X509ChainStatusFlags.NotTimeValid)
                ? "certificate has expired or is not yet valid" : "certificate signed by unknown authority";
        if (!errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return null;
        if (System.Net.IPAddress.TryParse(name, out _))
            return $"cannot validate certificate for {name} because it doesn't contain any IP SANs";
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
        return $"certificate is valid for {string.Join(", ", names)}, not {name}";
    }
}
