using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Embark.Kubernetes.Credentials;

/// <summary>Joins a client certificate with its key, and says which of the two is wrong.</summary>
internal static class ClientCertificate
{
    private const string NewOne = "ask for a new kubeconfig, or log in to the cluster again";

    public static X509Certificate2 Load(ClientCertificateSpec spec, TimeProvider time)
    {
        using var alone = Parse(spec);
        var now = time.GetUtcNow();
        if (alone.NotAfter.ToUniversalTime() < now)
            throw Unusable($"client certificate expired on {Time(alone.NotAfter)} ({spec.CertificateSource}; this machine's clock says {Time(now.UtcDateTime)})");
        if (alone.NotBefore.ToUniversalTime() > now)
            throw Unusable($"client certificate is valid only from {Time(alone.NotBefore)} ({spec.CertificateSource}; this machine's clock says {Time(now.UtcDateTime)})", "check this machine's clock");
        return Join(spec);
    }

    private static X509Certificate2 Parse(ClientCertificateSpec spec)
    {
        try
        {
            return X509Certificate2.CreateFromPem(spec.Certificate);
        }
        catch (CryptographicException e)
        {
            throw Unusable($"client certificate is not a certificate in PEM ({spec.CertificateSource})", cause: e);
        }
    }

    private static X509Certificate2 Join(ClientCertificateSpec spec)
    {
        var key = Encoding.UTF8.GetChars(spec.Key.Reveal().ToArray());
        try
        {
            if (key.AsSpan().IndexOf("ENCRYPTED") >= 0)
                throw Unusable($"client key is encrypted ({spec.KeySource})", "give the key without a passphrase, or use an exec plugin");
            return X509Certificate2.CreateFromPem(spec.Certificate, key);
        }
        catch (ArgumentException e)
        {
            // .NET says so when the public keys differ.
            throw Unusable($"client key does not match the client certificate ({spec.KeySource}; {spec.CertificateSource})", cause: e);
        }
        catch (CryptographicException e)
        {
            throw Unusable($"client key does not match the client certificate, or is not a key in PEM ({spec.KeySource}; {spec.CertificateSource})", cause: e);
        }
        finally
        {
            Array.Clear(key);
        }
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static KubernetesException Unusable(string what, string fix = NewOne, Exception? cause = null) =>
        new(KubernetesFailure.Credentials, what, fix, cause);
}
