using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Kubernetes.Transport;

/// <summary>Checks the server's certificate, and remembers in plain words why one was refused.</summary>
internal sealed class ServerTrust(KubernetesConnection connection)
{
    private readonly X509Certificate2Collection? _authorities = Authorities(connection);
    private volatile string? _refusal;

    /// <summary>Why the last certificate was refused; null when none was.</summary>
    public string? Refusal => _refusal;

    public SslClientAuthenticationOptions Options(X509Certificate2? certificate)
    {
        var options = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = Check };
        if (_authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        if (certificate is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true);
        return options;
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (connection.InsecureTls)
            return true;
        var reasons = Reasons(certificate as X509Certificate2, chain, errors);
        _refusal = reasons.Count == 0 ? null : string.Join("; ", reasons);
        return reasons.Count == 0;
    }

    private List<string> Reasons(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        List<string> reasons = [];
        if (certificate is null)
            return ["the server showed no certificate"];
        if ((errors & SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            reasons.AddRange(ChainReasons(certificate, chain));
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            reasons.Add($"the server's certificate is for {Names(certificate)}, not for {connection.TlsServerName ?? connection.Server.Host} (tls-server-name names another)");
        return reasons;
    }

    private IEnumerable<string> ChainReasons(X509Certificate2 certificate, X509Chain? chain)
    {
        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        var untrusted = status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid);
        if (untrusted == X509ChainStatusFlags.PartialChain && EndsAtAuthority(chain!))
            untrusted = 0;
        if (untrusted != 0)
            yield return $"the server's certificate ({certificate.Subject}, issued by {certificate.Issuer}) is not signed by the CA in {connection.CertificateAuthoritySource ?? "the system's trust store"}";
        if ((status & X509ChainStatusFlags.NotTimeValid) != 0)
            yield return Validity(certificate, chain!);
        var other = status & ~(X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid | X509ChainStatusFlags.NotTimeValid);
        if (other != 0)
            yield return $"the server's certificate is not valid: {other}";
    }

    /// <summary>As in Go, a certificate in the CA file is trusted even when it is an intermediate; .NET wants a self-signed one.</summary>
    private bool EndsAtAuthority(X509Chain chain) =>
        chain.ChainElements is [.., var last] && _authorities is not null
        && _authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(last.Certificate.RawDataMemory.Span));

    private static string Validity(X509Certificate2 certificate, X509Chain chain)
    {
        var now = DateTime.UtcNow;
        var bad = chain.ChainElements.Select(element => element.Certificate)
            .FirstOrDefault(one => one.NotAfter.ToUniversalTime() < now || one.NotBefore.ToUniversalTime() > now) ?? certificate;
        var whose = bad.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span) ? "the server's certificate" : $"the CA certificate {bad.Subject}";
        return bad.NotAfter.ToUniversalTime() < now
            ? $"{whose} expired on {Time(bad.NotAfter)} (this machine's clock says {Time(now)})"
            : $"{whose} is valid only from {Time(bad.NotBefore)} (this machine's clock says {Time(now)})";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(names => names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(ip => ip.ToString())));
        var list = string.Join(", ", names);
        return list.Length == 0 ? certificate.Subject : list;
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static X509Certificate2Collection? Authorities(KubernetesConnection connection)
    {
        if (connection.CertificateAuthority is not { } pem)
            return null;
        X509Certificate2Collection found = [];
        try
        {
            found.ImportFromPem(System.Text.Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw Unusable($"holds a certificate that cannot be read: {e.Message}", e);
        }

        return found.Count > 0 ? found : throw Unusable("holds no certificate in PEM", null);

        KubernetesException Unusable(string why, Exception? cause) => new(
            KubernetesFailure.Credentials, $"the CA in {connection.CertificateAuthoritySource} {why}", "put the server's CA there, in PEM", cause);
    }
}
