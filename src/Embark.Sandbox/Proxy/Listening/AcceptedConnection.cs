using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>A connection after its filter chain was chosen and TLS was ended.</summary>
/// <param name="Stream">Clear bytes, both ways.</param>
/// <param name="Local">The address that was dialled.</param>
/// <param name="Remote">Who dialled.</param>
/// <param name="Look">What its first bytes told.</param>
internal sealed record AcceptedConnection(Stream Stream, IPEndPoint Local, IPEndPoint Remote, ConnectionLook Look)
{
    /// <summary>The peer's verified certificate; null without mutual TLS.</summary>
    public X509Certificate2? PeerCertificate => (Stream as SslStream)?.RemoteCertificate as X509Certificate2;

    /// <summary>Our own certificate on this connection; null without TLS.</summary>
    public X509Certificate2? OwnCertificate => (Stream as SslStream)?.LocalCertificate as X509Certificate2;

    /// <summary>True when the client speaks HTTP/2: agreed by ALPN, or recognised by its preface.</summary>
    public bool IsHttp2 => Stream is SslStream tls
        ? tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2
        : Look.ApplicationProtocols is ["h2c"];
}
