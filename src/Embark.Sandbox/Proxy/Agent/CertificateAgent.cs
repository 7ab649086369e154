using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Embark.Grpc;
using Embark.Sandbox.Proxy.Tls;
using Istio.V1.Auth;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>Gets the workload's certificate at every start and renews it at half its life (protocols 1.5).</summary>
internal sealed class CertificateAgent(
    AgentSettings settings, CertificateFiles files, IstiodConnection ca, WorkloadCertificates certificates, ProxyLog log, TimeProvider clock)
{
    private const string Method = "/istio.v1.auth.IstioCertificateService/CreateCertificate";

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            TimeSpan next;
            try
            {
                next = await RenewAsync(cancellationToken).ConfigureAwait(false);
                failures = 0;
            }
            catch (Exception e) when (e is GrpcException or IOException or CryptographicException && !cancellationToken.IsCancellationRequested)
            {
                var words = $"failed to sign CSR: create certificate: {e.Message}";
                log.Error("citadelclient", words);
                log.Error("cache", $"resource:default failed to sign: {words}");
                log.Error("sds", $"failed to warm certificate: failed to generate workload certificate: {words}");
                next = TimeSpan.FromMilliseconds(Math.Min(10_000, 400 * Math.Pow(2, failures++)));
            }

            await Task.Delay(next, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<TimeSpan> RenewAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        using var key = new WorkloadKey(settings.EllipticKey);
        var request = key.Request();
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"spiffe://{settings.TrustDomain}/ns/{settings.PodNamespace}/sa/{settings.ServiceAccount}"));
        request.CertificateExtensions.Add(names.Build());
        ca.Reconnect();
        var answer = await ca.Client.UnaryAsync(
            Method,
            new IstioCertificateRequest { Csr = request.CreateSigningRequestPem() + "\n", ValidityDuration = (long)settings.SecretLifetime.TotalSeconds },
            IstioCertificateResponse.Parser, cancellationToken).ConfigureAwait(false);
        if (answer.CertChain.Count < 2)
            throw new GrpcException(GrpcStatus.Internal, "the CA sent fewer than two certificates");

        var (keyPem, chainPem, rootPem) = (key.ToPem(), string.Concat(answer.CertChain), answer.CertChain[^1]);
        var certificate = WorkloadCertificate.FromPem(chainPem, keyPem, rootPem);
        certificates.Replace(certificate);
        WriteFiles(keyPem, chainPem, rootPem);
        var life = certificate.Leaf.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime;
        log.Info("cache", $"generated new workload certificate\tresourceName=default latency={clock.GetElapsedTime(started).TotalMilliseconds:F0}ms ttl={life}");
        return life * (0.5 + ((Random.Shared.NextDouble() - 0.5) * 0.02)); // SECRET_GRACE_PERIOD_RATIO and its jitter
    }

    private void WriteFiles(string key, string chain, string root)
    {
        try
        {
            files.Write(key, chain, root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error("", $"error when output the resource: {e.Message}"); // works until the restart, as in pilot-agent
        }
    }
}
