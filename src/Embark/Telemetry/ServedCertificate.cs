using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Telemetry;

/// <summary>
/// Reads the certificate that a VM's proxy shows on a port of its own, from outside: a TLS handshake tells it to whoever
/// asks, before the client would have to show one. Nothing is sent but that question.
/// </summary>
public static class ServedCertificate
{
    /// <summary>End of the certificate; null where nobody answers or no certificate is shown.</summary>
    /// <param name="address">IP address or name of the VM, or where it is reached.</param>
    /// <param name="port">A port that the proxy serves.</param>
    /// <param name="serverName">SNI of the Service, as sidecars send it: <c>outbound_.9080_._.ratings.bookinfo.svc.cluster.local</c>.</param>
    /// <param name="limit">Longest time in all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<DateTimeOffset?> EndAsync(string address, int port, string serverName, TimeSpan limit, CancellationToken cancellationToken)
    {
        DateTimeOffset? end = null;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(limit);
        try
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(address, port, time.Token);
            await using var tls = new SslStream(socket.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = serverName,
                // ALPN of mutual TLS between sidecars: with it the proxy chooses the chain that has a certificate.
                ApplicationProtocols = [new SslApplicationProtocol("istio")],
                // Looked at and not trusted: the handshake ends here.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    end = (certificate as X509Certificate2)?.NotAfter.ToUniversalTime();
                    return false;
                },
            }, time.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The refusal is our own, or nobody answered; what was seen is all there is to tell.
        }
        return end;
    }
}
