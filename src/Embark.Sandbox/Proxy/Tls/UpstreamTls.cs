using System.Net.Security;
using System.Security.Authentication;
using Embark.Sandbox.Istiod.Protos.Tls;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>The client side of TLS towards one cluster.</summary>
internal sealed class UpstreamTls(UpstreamTlsContext context, WorkloadCertificates certificates, TimeProvider clock)
{
    private readonly PeerVerification _peer = new(context.CommonTlsContext, certificates, clock);

    /// <summary>Application protocols of the cluster itself, used by TCP; HTTP overrides them (filter istio.alpn).</summary>
    public IReadOnlyList<string> ApplicationProtocols { get; } = context.CommonTlsContext.AlpnProtocols;

    /// <summary>Shakes hands with the SNI the cluster asks for; the caller disposes the stream.</summary>
    /// <exception cref="AuthenticationException">The server is not who it should be.</exception>
    public async Task<SslStream> ConnectAsync(Stream transport, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        var own = certificates.Current ?? throw new AuthenticationException("no certificate yet");
        string? refusal = null;
        var tls = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = context.Sni,
                ClientCertificateContext = own.Context,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [.. protocols.Select(p => new SslApplicationProtocol(p))],
                RemoteCertificateValidationCallback = (_, certificate, chain, _) => (refusal = _peer.Refusal(certificate, chain)) is null,
            }, cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (AuthenticationException e) when (refusal is not null)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new AuthenticationException($"TLS_error: {refusal}", e);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
