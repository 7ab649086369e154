using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>The directory of PROV_CERT and OUTPUT_CERTS: root before the first start, then key and chain as well.</summary>
internal sealed class CertificateFiles(string directory, TimeProvider clock)
{
    private string Chain => Path.Combine(directory, "cert-chain.pem");

    private string Key => Path.Combine(directory, "key.pem");

    private string Root => Path.Combine(directory, "root-cert.pem");

    public string RootPath => Root;

    /// <exception cref="AgentException">There is no root, without which nobody can be trusted.</exception>
    public void RequireRoot(string caAddress)
    {
        if (!File.Exists(Root))
            throw new AgentException($"invalid config - {caAddress} missing a root certificate {Root}");
        try
        {
            using var probe = File.OpenRead(Root);
        }
        catch (UnauthorizedAccessException)
        {
            throw new AgentException($"citadelclient\tFailed to connect to endpoint {caAddress}: open {Root}: permission denied");
        }
    }

    public X509Certificate2Collection ReadRoot()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(Root);
        return roots;
    }

    /// <summary>The kept certificate when it can be presented; null with a line in the log when not.</summary>
    public WorkloadCertificate? ReadUsable(ProxyLog log)
    {
        try
        {
            using var leaf = X509Certificate2.CreateFromPem(File.ReadAllText(Chain));
            if (leaf.NotAfter < clock.GetUtcNow().LocalDateTime)
            {
                log.Warning("", "cert expired, using token instead");
                return null;
            }
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            log.Warning("", $"cannot parse the cert chain, using token instead: failed to read the cert, error is {e.Message}");
            return null;
        }

        try
        {
            return WorkloadCertificate.FromPem(File.ReadAllText(Chain), File.ReadAllText(Key), File.ReadAllText(Root));
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            // As in pilot-agent: a good certificate with a bad key ends the handshake, and a token does not help.
            throw new IOException($"transport: authentication handshake failed: {(e is IOException ? $"open {Key}: no such file or directory" : "tls: private key does not match public key")}", e);
        }
    }

    /// <summary>Key, chain, root, in that order, each whole or not at all, mode 0600.</summary>
    public void Write(string keyPem, string chainPem, string rootPem)
    {
        Replace(Key, keyPem);
        Replace(Chain, chainPem);
        Replace(Root, rootPem);
    }

    /// <summary>The token, read anew for every call; null with a line in the log when it cannot be read.</summary>
    public static string? ReadToken(string file, ProxyLog log)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warning("", $"failed to fetch token from file: open {file}: {(e is UnauthorizedAccessException ? "permission denied" : "no such file or directory")}");
            return null;
        }
    }

    private static void Replace(string path, string text)
    {
        if (File.Exists(path) && File.ReadAllText(path) == text)
            return;
        var temporary = path + ".tmp";
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        File.Move(temporary, path, overwrite: true);
    }
}
