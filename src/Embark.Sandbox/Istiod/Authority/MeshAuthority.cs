using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Embark.Grpc;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>The mesh's certificate authority: signs for an identity that somebody else has established.</summary>
internal sealed class MeshAuthority : IDisposable
{
    /// <summary>Istiod backdates by this much, so that small clock differences do no harm.</summary>
    private static readonly TimeSpan Backdating = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(24);   // DEFAULT_WORKLOAD_CERT_TTL
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(90);    // MAX_WORKLOAD_CERT_TTL
    private static readonly TimeSpan RootLifetime = TimeSpan.FromDays(3650);     // CITADEL_SELF_SIGNED_CA_CERT_TTL
    private static readonly OidCollection BothUsages = [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")];

    private static readonly X509Extension[] OfLeaves =
    [
        new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true),
        new X509EnhancedKeyUsageExtension(BothUsages, critical: false),
        new X509BasicConstraintsExtension(false, false, 0, critical: true),
    ];

    private readonly X509Certificate2 _root;
    private readonly RSA _key;
    private readonly TimeProvider _clock;
    private readonly byte[][] _extensions;
    private readonly X500DistinguishedName _name;
    private readonly DateTimeOffset _end;

    public MeshAuthority(string rootPem, string keyPem, TimeProvider clock)
    {
        _root = X509Certificate2.CreateFromPem(rootPem);
        _key = RSA.Create();
        _key.ImportFromPem(keyPem);
        _clock = clock;
        // Asked for with every signing otherwise, each time through the certificate.
        (_name, _end) = (_root.SubjectName, _root.NotAfter);
        var issuer = X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_root, includeKeyIdentifier: true, includeIssuerAndSerial: false);
        _extensions = [.. OfLeaves.Append(issuer).Select(LeafCertificate.Encoded)];
        RootPem = rootPem.TrimEnd('\n') + "\n";
    }

    /// <summary>The whole root bundle, ending with a newline.</summary>
    public string RootPem { get; }

    /// <summary>Makes a self-signed root as istiod does: RSA 2048, subject <c>O={trust domain}</c>, not backdated.</summary>
    public static (string RootPem, string KeyPem) NewRoot(string trustDomain, TimeProvider clock)
    {
        using var key = RSA.Create(2048);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddOrganizationName(trustDomain);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = clock.GetUtcNow();
        using var root = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1), now, now + RootLifetime, RandomNumberGenerator.GetBytes(16));
        return (root.ExportCertificatePem() + "\n", key.ExportRSAPrivateKeyPem() + "\n");
    }

    /// <summary>
    /// Signs a request for <paramref name="identity"/>: what the request says of names is ignored, only its key counts.
    /// The chain is as istiod sends it: leaf first, the root bundle last, each with a final newline.
    /// </summary>
    /// <exception cref="GrpcException">The request cannot be read, or asks for too long a life.</exception>
    public IReadOnlyList<string> Sign(string csrPem, string identity, TimeSpan asked)
    {
        if (asked > LongestLifetime)
            throw new GrpcException(GrpcStatus.InvalidArgument, $"CSR signing error (requested TTL {GoDuration(asked)} is greater than the max allowed TTL {GoDuration(LongestLifetime)})");
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(identity));
        var leaf = Issue(KeyOf(csrPem), names.Build(critical: true), asked > TimeSpan.Zero ? asked : DefaultLifetime);
        return [PemEncoding.WriteString("CERTIFICATE", leaf) + "\n", RootPem];
    }

    /// <summary>Istiod's own serving certificate; it lives as long as the root.</summary>
    public X509Certificate2 ServingCertificate(IEnumerable<string> dnsNames)
    {
        using var key = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in dnsNames)
            names.AddDnsName(name);
        var request = new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var leaf = X509CertificateLoader.LoadCertificate(Issue(request.PublicKey, names.Build(critical: true), RootLifetime));
        using var withKey = leaf.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null); // SslStream wants a key that is not ephemeral
    }

    /// <summary>True when <paramref name="certificate"/> was issued by this root and is valid now.</summary>
    public bool Trusts(X509Certificate2 certificate)
    {
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
        chain.ChainPolicy.CustomTrustStore.Add(_root);
        return chain.Build(certificate);
    }

    public void Dispose()
    {
        _root.Dispose();
        _key.Dispose();
    }

    private byte[] Issue(PublicKey key, X509Extension names, TimeSpan lifetime)
    {
        var now = _clock.GetUtcNow();
        var end = now + lifetime;
        return LeafCertificate.Issue(_name, _key, key, [.. _extensions, LeafCertificate.Encoded(names)], now - Backdating, end < _end ? end : _end);
    }

    private static PublicKey KeyOf(string csrPem)
    {
        try
        {
            return SigningRequest.KeyOf(csrPem);
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException or NotSupportedException)
        {
            throw new GrpcException(GrpcStatus.InvalidArgument, "CSR signing error (certificate signing request is not properly encoded)", e);
        }
    }

    private static string GoDuration(TimeSpan time) => $"{(long)time.TotalHours}h{time.Minutes}m{time.Seconds}s";
}
