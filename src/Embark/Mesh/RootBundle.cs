using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Embark.Mesh;

/// <summary>Checks a PEM bundle of root certificates; the whole bundle is used as it stands.</summary>
internal static class RootBundle
{
    public static void Check(string pem, string where, DateTimeOffset now, Findings findings)
    {
        const string fix = "let istiod write it again, or repair it";
        if (Encoding.UTF8.GetByteCount(pem) is > Grammar.FileCap and var size)
        {
            findings.Refuse(where, $"has {size} bytes; the limit is {Grammar.FileCap}", fix);
            return;
        }
        if (!Grammar.Lines.Accepts(pem)) findings.Refuse(where, "holds control characters", fix);
        if (pem.Contains("PRIVATE KEY", StringComparison.Ordinal)) findings.Refuse(where, "holds a private key, which must never reach a VM", "remove the key from the ConfigMap, and replace it: it has been seen");

        var certificates = Read(pem, where, fix, findings);
        if (certificates is null) return;
        if (certificates.Count == 0) findings.Refuse(where, "holds no certificate in PEM form", fix);
        var expired = certificates.Where(c => c.NotAfter < now).ToList();
        if (expired.Count == 0) return;
        var names = string.Join(", ", expired.Select(c => $"{Printable.Text(c.Subject, 80)} (ended {c.NotAfter.ToString("u", CultureInfo.InvariantCulture)})"));
        if (expired.Count == certificates.Count) findings.Refuse(where, $"every root certificate has expired: {names}", "renew the mesh's root certificate");
        else findings.Warn(where, $"some root certificates have expired: {names}", "remove them from the bundle");
    }

    private static List<(string Subject, DateTimeOffset NotAfter)>? Read(string pem, string where, string fix, Findings findings)
    {
        var certificates = new List<(string, DateTimeOffset)>();
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual("CERTIFICATE"))
            {
                try
                {
                    using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
                    certificates.Add((certificate.Subject, new DateTimeOffset(certificate.NotAfter)));
                }
                catch (Exception wrong) when (wrong is CryptographicException or FormatException)
                {
                    findings.Refuse(where, $"certificate {certificates.Count + 1} cannot be read: {Printable.Text(wrong.Message)}", fix);
                    return null;
                }
            }
            rest = rest[fields.Location.End..];
        }
        return certificates;
    }
}
