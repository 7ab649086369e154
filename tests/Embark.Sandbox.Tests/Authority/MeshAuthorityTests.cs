using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Embark.Grpc;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Tests.Mesh;

namespace Embark.Sandbox.Tests.Authority;

/// <summary>What the authority signs, held against certificates that a real istiod 1.30.3 issued.</summary>
public sealed class MeshAuthorityTests
{
    private const string Identity = "spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings";
    private static readonly string s_recordings = Path.Combine(Recordings.Folder, "ca");

    [Theory(Timeout = 15_000)]
    [InlineData("rsa")]
    [InlineData("ec")]
    public void A_leaf_has_the_shape_of_a_recorded_one(string keyType)
    {
        Recordings.SkipWhereAbsent();
        using var recorded = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(s_recordings, $"{keyType}-chain-0.pem")));
        using var authority = NewAuthority();

        var chain = authority.Sign(keyType == "rsa" ? RsaRequest() : EcRequest(), Identity, TimeSpan.FromHours(24));

        using var leaf = X509Certificate2.CreateFromPem(chain[0]);
        Assert.Equal(Shape(recorded), Shape(leaf));
        Assert.Equal(recorded.NotAfter - recorded.NotBefore, leaf.NotAfter - leaf.NotBefore);
        Assert.Equal(2, chain.Count);
        Assert.All(chain, pem => Assert.EndsWith("-----END CERTIFICATE-----\n", pem));
        Assert.Equal(authority.RootPem, chain[^1]);
        Assert.Equal([Identity], CallerAuthentication.UriNames(leaf));
        Assert.True(authority.Trusts(leaf));
    }

    [Fact(Timeout = 15_000)]
    public void A_root_has_the_shape_of_the_recorded_one()
    {
        Recordings.SkipWhereAbsent();
        using var recorded = X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(s_recordings, "rsa-chain-1.pem")));
        using var root = X509Certificate2.CreateFromPem(MeshAuthority.NewRoot("cluster.local", TimeProvider.System).RootPem);

        Assert.Equal(Shape(recorded), Shape(root));
        Assert.Equal(recorded.Subject, root.Subject);
        Assert.Equal(recorded.NotAfter - recorded.NotBefore, root.NotAfter - root.NotBefore);
    }

    [Fact(Timeout = 15_000)]
    public void The_requests_own_names_are_ignored()
    {
        using var authority = NewAuthority();
        using var leaf = X509Certificate2.CreateFromPem(authority.Sign(RsaRequest("spiffe://evil/ns/x/sa/y"), Identity, TimeSpan.Zero)[0]);
        Assert.Equal([Identity], CallerAuthentication.UriNames(leaf));
        Assert.Equal("", leaf.Subject);
        Assert.Equal(TimeSpan.FromHours(24) + TimeSpan.FromMinutes(2), leaf.NotAfter - leaf.NotBefore);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")]
    public void A_request_that_cannot_be_read_is_refused_in_istiods_words(string csr)
    {
        using var authority = NewAuthority();
        var refusal = Assert.Throws<GrpcException>(() => authority.Sign(csr, Identity, TimeSpan.FromHours(1)));
        Assert.Equal((GrpcStatus.InvalidArgument, "CSR signing error (certificate signing request is not properly encoded)"), (refusal.Status, refusal.Detail));
    }

    [Theory(Timeout = 15_000)]
    [InlineData("rsa")]
    [InlineData("ec")]
    public void A_request_that_its_own_key_did_not_sign_is_refused(string keyType)
    {
        using var authority = NewAuthority();
        var (one, other) = keyType == "rsa" ? (RsaRequest(), RsaRequest()) : (EcRequest(), EcRequest());
        var refusal = Assert.Throws<GrpcException>(() => authority.Sign(WithSignatureOf(one, other), Identity, TimeSpan.FromHours(1)));
        Assert.Equal(GrpcStatus.InvalidArgument, refusal.Status);
    }

    // The body of the one, the signature of the other.
    private static string WithSignatureOf(string body, string signature)
    {
        static AsnReader Parts(string pem) => new AsnReader(Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]), AsnEncodingRules.DER).ReadSequence();
        var (one, other) = (Parts(body), Parts(signature));
        var mixed = new AsnWriter(AsnEncodingRules.DER);
        using (mixed.PushSequence())
        {
            mixed.WriteEncodedValue(one.ReadEncodedValue().Span);
            mixed.WriteEncodedValue(one.ReadEncodedValue().Span);
            other.ReadEncodedValue();
            other.ReadEncodedValue();
            mixed.WriteEncodedValue(other.ReadEncodedValue().Span);
        }
        return PemEncoding.WriteString("CERTIFICATE REQUEST", mixed.Encode());
    }

    [Fact(Timeout = 15_000)]
    public void A_life_that_ends_after_2049_is_written_with_four_digits()
    {
        var clock = new ShiftedClock();
        clock.Forward(new DateTimeOffset(2049, 12, 31, 12, 0, 0, TimeSpan.Zero) - clock.GetUtcNow());
        var (root, key) = MeshAuthority.NewRoot("cluster.local", clock);
        using var authority = new MeshAuthority(root, key, clock);
        using var leaf = X509Certificate2.CreateFromPem(authority.Sign(EcRequest(), Identity, TimeSpan.FromHours(24))[0]);

        Assert.Equal((2049, 2050), (leaf.NotBefore.ToUniversalTime().Year, leaf.NotAfter.ToUniversalTime().Year));
        Assert.True(authority.Trusts(leaf));
    }

    [Fact(Timeout = 15_000)]
    public void A_life_over_ninety_days_is_refused_in_istiods_words()
    {
        using var authority = NewAuthority();
        var refusal = Assert.Throws<GrpcException>(() => authority.Sign(RsaRequest(), Identity, TimeSpan.FromDays(91)));
        Assert.Equal("CSR signing error (requested TTL 2184h0m0s is greater than the max allowed TTL 2160h0m0s)", refusal.Detail);
    }

    [Fact(Timeout = 15_000)]
    public void A_certificate_of_another_root_is_not_trusted()
    {
        using var authority = NewAuthority();
        using var other = NewAuthority();
        using var leaf = X509Certificate2.CreateFromPem(other.Sign(RsaRequest(), Identity, TimeSpan.Zero)[0]);
        Assert.False(authority.Trusts(leaf));
    }

    internal static MeshAuthority NewAuthority()
    {
        var (root, key) = MeshAuthority.NewRoot("cluster.local", TimeProvider.System);
        return new MeshAuthority(root, key, TimeProvider.System);
    }

    internal static string RsaRequest(string? name = null)
    {
        using var key = RSA.Create(2048);
        return Pem(new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), name);
    }

    private static string EcRequest()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Pem(new CertificateRequest(new X500DistinguishedName(""), key, HashAlgorithmName.SHA256), null);
    }

    private static string Pem(CertificateRequest request, string? name)
    {
        if (name is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddUri(new Uri(name));
            request.CertificateExtensions.Add(names.Build());
        }

        return request.CreateSigningRequestPem();
    }

    // Everything but keys, dates, serial and the bytes of key identifiers.
    private static IEnumerable<string> Shape(X509Certificate2 certificate) =>
    [
        $"v{certificate.Version} {certificate.SignatureAlgorithm.FriendlyName} subject='{certificate.Subject}' issuer='{certificate.Issuer}' serial={certificate.SerialNumberBytes.Length > 14}",
        .. certificate.Extensions.Select(e =>
            $"{e.Oid!.Value} critical={e.Critical} {(e.Oid.Value is "2.5.29.35" or "2.5.29.14" ? e.RawData.Length.ToString() : Convert.ToHexString(e.RawData))}"),
    ];
}
