using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Embark.Controller.Tests.Telemetry;

/// <summary>A folder with certificates of a mesh made for one test, and the Envoys that use them.</summary>
internal sealed class EnvoyFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("embark-envoy-");
    private readonly X509Certificate2 _root;
    private int _started;

    public EnvoyFolder()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=cluster.local", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Root, _root.ExportCertificatePem());
    }

    public string Root => Path.Combine(_folder.FullName, "root.pem");

    /// <summary>Certificate and key of a service account of bookinfo.</summary>
    public (string Certificate, string Key) Identity(string account)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"spiffe://cluster.local/ns/bookinfo/sa/{account}"));
        request.CertificateExtensions.Add(names.Build(critical: true));
        using var certificate = request.Create(_root, DateTimeOffset.UtcNow.AddMinutes(-10), DateTimeOffset.UtcNow.AddHours(12), RandomNumberGenerator.GetBytes(8));
        var (chain, secret) = (Path.Combine(_folder.FullName, $"{account}.pem"), Path.Combine(_folder.FullName, $"{account}.key"));
        File.WriteAllText(chain, certificate.ExportCertificatePem());
        File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        return (chain, secret);
    }

    public EnvoyProcess Start(string binary, string configuration)
    {
        var file = Path.Combine(_folder.FullName, $"envoy-{++_started}.json");
        File.WriteAllText(file, configuration);
        return new EnvoyProcess(Process.Start(new ProcessStartInfo(binary, ["-c", file, "--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!);
    }

    public void Dispose()
    {
        _root.Dispose();
        _folder.Delete(recursive: true);
    }
}

/// <summary>A running Envoy.</summary>
internal sealed class EnvoyProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _log = new();

    public EnvoyProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Log
    {
        get { lock (_log) return _log.ToString(); }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private void Keep(object _, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }
}
