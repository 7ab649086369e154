using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>A certificate signing request (RFC 2986): only its key counts, and only when whoever asks holds it.</summary>
internal static class SigningRequest
{
    /// <summary>The key, after its signature over the request was checked.</summary>
    /// <exception cref="CryptographicException">It is no request, or another key signed it.</exception>
    public static PublicKey KeyOf(string pem)
    {
        var (signed, key, algorithm, signature) = PartsOf(pem);
        if (!IsSignedBy(key, signed, algorithm, signature))
            throw new CryptographicException("the request is not signed by its own key");
        return key;
    }

    // CertificateRequest.LoadSigningRequestPem reads the key twice, which is what takes the time.
    private static (ReadOnlyMemory<byte> Signed, PublicKey Key, string Algorithm, byte[] Signature) PartsOf(string pem)
    {
        var place = PemEncoding.Find(pem);
        if (!pem.AsSpan()[place.Label].SequenceEqual("CERTIFICATE REQUEST"))
            throw new CryptographicException("this is no request");
        try
        {
            var request = new AsnReader(Convert.FromBase64String(pem[place.Base64Data]), AsnEncodingRules.DER).ReadSequence();
            var signed = request.PeekEncodedValue();
            var info = request.ReadSequence();
            info.ReadEncodedValue(); // version
            info.ReadEncodedValue(); // subject
            return (signed, PublicKey.CreateFromSubjectPublicKeyInfo(info.ReadEncodedValue().Span, out _), request.ReadSequence().ReadObjectIdentifier(), request.ReadBitString(out _));
        }
        catch (AsnContentException wrong)
        {
            throw new CryptographicException("the request is not DER", wrong);
        }
    }

    private static bool IsSignedBy(PublicKey key, ReadOnlyMemory<byte> signed, string algorithm, byte[] signature)
    {
        switch (algorithm)
        {
            case "1.2.840.113549.1.1.11": return Rsa(HashAlgorithmName.SHA256);
            case "1.2.840.113549.1.1.12": return Rsa(HashAlgorithmName.SHA384);
            case "1.2.840.113549.1.1.13": return Rsa(HashAlgorithmName.SHA512);
            case "1.2.840.10045.4.3.2": return Curve(HashAlgorithmName.SHA256);
            case "1.2.840.10045.4.3.3": return Curve(HashAlgorithmName.SHA384);
            case "1.2.840.10045.4.3.4": return Curve(HashAlgorithmName.SHA512);
            default: return false;
        }

        bool Rsa(HashAlgorithmName hash)
        {
            using var rsa = key.GetRSAPublicKey();
            return rsa is not null && rsa.VerifyData(signed.Span, signature, hash, RSASignaturePadding.Pkcs1);
        }

        bool Curve(HashAlgorithmName hash)
        {
            using var curve = key.GetECDsaPublicKey();
            return curve is not null && curve.VerifyData(signed.Span, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
    }
}
