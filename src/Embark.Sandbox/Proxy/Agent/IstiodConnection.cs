using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Embark.Grpc;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>
/// The agent's way to istiod: TLS by the root on disk, the kept certificate while it is good, the token on every call.
/// Failures are told in the words of pilot-agent, so that who reads its log reads ours (failures, B and C).
/// </summary>
internal sealed class IstiodConnection : IDisposable
{
    private readonly AgentSettings _settings;
    private readonly CertificateFiles _files;
    private readonly ProxyLog _log;
    private readonly string _serverName;
    private readonly NewSocket _newSocket;
    private readonly TimeProvider _clock;
    private readonly Uri _address;
    private HttpMessageInvoker _http;

    public IstiodConnection(AgentSettings settings, CertificateFiles files, ProxyLog log, TimeProvider clock, string address, bool forCa, NewSocket newSocket)
    {
        (_settings, _files, _log, _clock, _newSocket) = (settings, files, log, clock, newSocket);
        var host = address[..address.LastIndexOf(':')].Trim('[', ']');
        _serverName = settings.IstiodSan is { } san && !(forCa && settings.CaAddressGiven) ? san : host;
        _address = new Uri($"http://{address}"); // the scheme is http because the connection is TLS already
        _http = Dialling();
        Client = new GrpcClient(_http, _address) { Metadata = Metadata };
    }

    public GrpcClient Client { get; private set; }

    /// <summary>
    /// Ends the connection: the next call shakes hands anew, with the certificate that is kept by then. A connection
    /// outlives the certificate it was made with, and istiod looks at that with every call.
    /// </summary>
    public void Reconnect()
    {
        _http.Dispose();
        _http = Dialling();
        Client = new GrpcClient(_http, _address) { Metadata = Metadata };
    }

    private HttpMessageInvoker Dialling() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        KeepAlivePingDelay = TimeSpan.FromSeconds(30),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        ConnectCallback = async (context, cancellationToken) => await ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false),
    });

    public void Dispose() => _http.Dispose();

    private IEnumerable<KeyValuePair<string, string>> Metadata()
    {
        if (CertificateFiles.ReadToken(_settings.TokenFile, _log) is { } token)
            yield return new("authorization", $"Bearer {token}");
        yield return new("clusterid", _settings.ClusterId);
    }

    private async Task<Stream> ConnectAsync(DnsEndPoint address, CancellationToken cancellationToken)
    {
        var socket = _newSocket(Socket.OSSupportsIPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
            socket.DualMode = true; // the name may stand for either
        socket.NoDelay = true;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(20)); // grpc-go's dial time limit
            try
            {
                await socket.ConnectAsync(address, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new IOException($"transport: Error while dialing: {DialWords(e, address)}"); // alone: the innermost words are what is told
            }

            return await ShakeHandsAsync(new NetworkStream(socket, ownsSocket: true), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<Stream> ShakeHandsAsync(NetworkStream raw, CancellationToken cancellationToken)
    {
        string? refusal = null;
        var root = _files.ReadRoot();
        var own = _files.ReadUsable(_log);
        var tls = new SslStream(raw, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = _serverName,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateContext = own?.Context,
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    (refusal = ServerCertificate.Refusal(certificate as X509Certificate2, chain, errors, root, _serverName, _clock.GetUtcNow())) is null,
            }, cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            var words = refusal is not null ? $"tls: failed to verify certificate: x509: {refusal}"
                : e.Message.Contains("frame", StringComparison.Ordinal) ? "tls: first record does not look like a TLS handshake" : e.Message;
            throw new IOException($"transport: authentication handshake failed: {words}");
        }
    }

    private static string DialWords(Exception e, DnsEndPoint address) => e switch
    {
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => $"dial tcp {address.Host}:{address.Port}: connect: connection refused",
        SocketException { SocketErrorCode: SocketError.NetworkUnreachable } => $"dial tcp {address.Host}:{address.Port}: connect: network is unreachable",
        SocketException { SocketErrorCode: SocketError.HostUnreachable } => $"dial tcp {address.Host}:{address.Port}: connect: no route to host",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => $"dial tcp: lookup {address.Host} on resolver:53: no such host",
        OperationCanceledException or SocketException { SocketErrorCode: SocketError.TimedOut } => $"dial tcp {address.Host}:{address.Port}: i/o timeout",
        _ => $"dial tcp {address.Host}:{address.Port}: connect: {e.Message}",
    };
}
