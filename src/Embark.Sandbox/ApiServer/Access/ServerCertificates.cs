using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.ApiServer.Access;

/// <summary>The cluster's own CA and what it signs: the server's certificate and those of users. Made anew for each run.</summary>
internal sealed class ServerCertificates : IDisposable
{
    private readonly X509Certificate2 _authority;

    private ServerCertificates(X509Certificate2 authority, X509Certificate2 server) => (_authority, Server) = (authority, server);

    public X509Certificate2 Server { get; }

    public string AuthorityPem => _authority.ExportCertificatePem() + "\n";

    public static ServerCertificates Make(IEnumerable<IPAddress> addresses, IEnumerable<string> names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=embark-sandbox", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var authority = request.CreateSelfSigned(Start, End);

        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses)
            alternatives.AddIpAddress(address);
        foreach (var name in names)
            alternatives.AddDnsName(name);
        return new(authority, Sign(authority, "CN=kube-apiserver", "1.3.6.1.5.5.7.3.1", alternatives.Build()));
    }

    /// <summary>A user's client certificate: the name is the CN, the groups are the Os.</summary>
    public (string CertificatePem, string KeyPem) ForUser(UserInfo user, TimeSpan? lifetime = null)
    {
        var builder = new X500DistinguishedNameBuilder();
        foreach (var group in user.Groups.Where(group => group != UserInfo.Authenticated))
            builder.AddOrganizationName(group);
        builder.AddCommonName(user.Name);
        using var certificate = Sign(_authority, builder.Build(), "1.3.6.1.5.5.7.3.2", null, lifetime);
        return (certificate.ExportCertificatePem() + "\n", certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <summary>Null unless the certificate is ours, for clients, and not expired.</summary>
    public UserInfo? Recognise(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2"));
        if (!chain.Build(certificate))
            return null;
        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames().ToArray();
        var name = parts.FirstOrDefault(part => part.GetSingleElementType().Value == "2.5.4.3")?.GetSingleElementValue();
        var groups = parts.Where(part => part.GetSingleElementType().Value == "2.5.4.10").Select(part => part.GetSingleElementValue()!);
        return name is null ? null : new(name, [.. groups, UserInfo.Authenticated]);
    }

    public void Dispose()
    {
        Server.Dispose();
        _authority.Dispose();
    }

    // TLS peers go by the machine's clock, whatever clock the sandbox is given.
    private static DateTimeOffset Start => TimeProvider.System.GetUtcNow().AddHours(-1);

    private static DateTimeOffset End => Start.AddDays(365);

    private static X509Certificate2 Sign(X509Certificate2 authority, string subject, string usage, X509Extension? alternatives) =>
        Sign(authority, new X500DistinguishedName(subject), usage, alternatives, null);

    private static X509Certificate2 Sign(
        X509Certificate2 authority, X500DistinguishedName subject, string usage, X509Extension? alternatives, TimeSpan? lifetime)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (alternatives is not null)
            request.CertificateExtensions.Add(alternatives);
        var end = lifetime is { } life ? TimeProvider.System.GetUtcNow() + life : authority.NotAfter;
        using var signed = request.Create(authority, Start.AddMinutes(1), end, RandomNumberGenerator.GetBytes(16));
        return signed.CopyWithPrivateKey(key);
    }
}
