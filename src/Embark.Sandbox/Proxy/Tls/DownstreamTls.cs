using System.Net.Security;
using System.Security.Authentication;
using Embark.Sandbox.Istiod.Protos.Tls;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>The server side of TLS for one filter chain.</summary>
internal sealed class DownstreamTls(DownstreamTlsContext context, WorkloadCertificates certificates, TimeProvider clock)
{
    private readonly PeerVerification _peer = new(context.CommonTlsContext, certificates, clock);

    /// <summary>Shakes hands; the caller disposes the stream.</summary>
    /// <exception cref="AuthenticationException">The client is refused.</exception>
    public async Task<SslStream> AcceptAsync(Stream transport, ClientHello hello, CancellationToken cancellationToken)
    {
        var own = certificates.Current ?? throw new AuthenticationException("no certificate yet");
        // SslStream refuses a client when nothing overlaps; Envoy goes on without a protocol. So only what was asked is offered.
        var protocols = context.CommonTlsContext.AlpnProtocols.Where(hello.ApplicationProtocols.Contains).Select(p => new SslApplicationProtocol(p)).ToList();
        var tls = new SslStream(transport, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = own.Context,
                ClientCertificateRequired = context.RequireClientCertificate is true,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = protocols.Count > 0 ? protocols : null,
                RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                    context.RequireClientCertificate is not true || _peer.Refusal(certificate, chain) is null,
            }, cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
