using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>
/// Writes one certificate as RFC 5280, section 4.1 has it. <c>CertificateRequest.Create</c> does the same and reads the result once more, which for
/// an RSA key takes OpenSSL half as long as the signature itself.
/// </summary>
internal static class LeafCertificate
{
    /// <summary>Room for a whole certificate, so that writers need not grow.</summary>
    private const int Room = 2048;

    private static readonly byte[] s_sha256WithRsa = Encoded(writer =>
    {
        writer.WriteObjectIdentifier("1.2.840.113549.1.1.11");
        writer.WriteNull();
    });

    /// <summary>An extension as it stands in a certificate; made once for those that are always the same.</summary>
    public static byte[] Encoded(X509Extension extension) => Encoded(writer =>
    {
        writer.WriteObjectIdentifier(extension.Oid!.Value!);
        if (extension.Critical) writer.WriteBoolean(true);
        writer.WriteOctetString(extension.RawData);
    });

    /// <returns>The certificate, DER.</returns>
    public static byte[] Issue(X500DistinguishedName issuer, RSA issuerKey, PublicKey key, IEnumerable<byte[]> extensions, DateTimeOffset from, DateTimeOffset to)
    {
        var body = new AsnWriter(AsnEncodingRules.DER, Room);
        using (body.PushSequence())
        {
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                body.WriteInteger(2); // version 3
            body.WriteInteger(new BigInteger(RandomNumberGenerator.GetBytes(16), isUnsigned: true));
            body.WriteEncodedValue(s_sha256WithRsa);
            body.WriteEncodedValue(issuer.RawData);
            using (body.PushSequence())
            {
                Time(body, from);
                Time(body, to);
            }
            using (body.PushSequence()) { } // no subject: the name is in the extensions
            body.WriteEncodedValue(key.ExportSubjectPublicKeyInfo());
            using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
            using (body.PushSequence())
                foreach (var extension in extensions)
                    body.WriteEncodedValue(extension);
        }

        var signed = new AsnWriter(AsnEncodingRules.DER, Room);
        using (signed.PushSequence())
        {
            var text = body.Encode();
            signed.WriteEncodedValue(text);
            signed.WriteEncodedValue(s_sha256WithRsa);
            signed.WriteBitString(issuerKey.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }
        return signed.Encode();
    }

    // Two digits for the year until 2049, then four.
    private static void Time(AsnWriter writer, DateTimeOffset time)
    {
        if (time.UtcDateTime.Year < 2050) writer.WriteUtcTime(time);
        else writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
    }

    private static byte[] Encoded(Action<AsnWriter> members)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            members(writer);
        return writer.Encode();
    }
}
