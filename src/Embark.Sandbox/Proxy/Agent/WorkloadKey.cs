using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>A private key of a workload: RSA 2048, or P-256 where ECC_SIGNATURE_ALGORITHM asks for it (protocols 1.4).</summary>
internal sealed class WorkloadKey(bool elliptic) : IDisposable
{
    private static readonly X500DistinguishedName NoName = new("");

    private readonly AsymmetricAlgorithm _key = elliptic ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);

    public CertificateRequest Request() => _key switch
    {
        RSA rsa => new CertificateRequest(NoName, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        ECDsa curve => new CertificateRequest(NoName, curve, HashAlgorithmName.SHA256),
        _ => throw new InvalidOperationException(),
    };

    /// <summary>PKCS#1 or SEC1, as pilot-agent writes them.</summary>
    public string ToPem() => (_key is RSA rsa ? rsa.ExportRSAPrivateKeyPem() : ((ECDsa)_key).ExportECPrivateKeyPem()) + "\n";

    public void Dispose() => _key.Dispose();
}
