using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>The proxy's own certificate and the roots it trusts; swapped whole when the agent has new ones.</summary>
internal sealed class WorkloadCertificates
{
    private volatile WorkloadCertificate? _current;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What is in use now; null before the first certificate.</summary>
    public WorkloadCertificate? Current => _current;

    /// <summary>Done when there is a certificate.</summary>
    public Task First => _first.Task;

    /// <summary>Takes a new pair into use; connections that are open keep theirs.</summary>
    public void Replace(WorkloadCertificate certificate)
    {
        _current = certificate;
        _first.TrySetResult();
    }
}

/// <summary>One certificate with its key, its chain, and the roots that came with it.</summary>
internal sealed record WorkloadCertificate(X509Certificate2 Leaf, SslStreamCertificateContext Context, X509Certificate2Collection Roots)
{
    /// <summary>Reads a chain (leaf first, root last), its key and the root bundle, all PEM.</summary>
    public static WorkloadCertificate FromPem(string chainPem, string keyPem, string rootPem)
    {
        using var ephemeral = X509Certificate2.CreateFromPem(chainPem, keyPem);
        // OpenSSL wants a key that is not ephemeral.
        var leaf = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(chainPem);
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(rootPem);
        var others = new X509Certificate2Collection(chain.Skip(1).ToArray());
        return new WorkloadCertificate(leaf, SslStreamCertificateContext.Create(leaf, others, offline: true), roots);
    }
}
