using System.Net.Sockets;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy.Upstream;

/// <summary>Opens one connection to an endpoint, with mutual TLS where the configuration asks for it.</summary>
internal sealed class UpstreamConnector(UpstreamTls? tls, TimeSpan connectTimeout, NewSocket newSocket)
{
    public UpstreamTls? Tls { get; } = tls;

    /// <exception cref="UpstreamException">No connection came about; the reason is in Envoy's words.</exception>
    public async Task<Stream> ConnectAsync(UpstreamEndpoint endpoint, IReadOnlyList<string>? protocols, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(connectTimeout);
        var socket = newSocket(endpoint.Address.AddressFamily);
        socket.NoDelay = true;
        try
        {
            await socket.ConnectAsync(endpoint.Address, limit.Token).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return Tls is null ? stream : await Tls.ConnectAsync(stream, protocols ?? Tls.ApplicationProtocols, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw e switch
            {
                OperationCanceledException => new UpstreamException(UpstreamFailure.ConnectionTimeout, "delayed_connect_error:_timeout", e),
                SocketException s => new UpstreamException(UpstreamFailure.ConnectionFailure, $"delayed_connect_error:_{Underscored(s.Message)}", e),
                _ => new UpstreamException(UpstreamFailure.ConnectionFailure, e.Message.StartsWith("TLS_error", StringComparison.Ordinal) ? e.Message : $"TLS_error:|{Underscored(e.Message)}:TLS_error_end", e),
            };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Underscored(string text) => text.Replace(' ', '_');
}

/// <summary>How an upstream failed: it decides about retries and the words of the answer.</summary>
internal enum UpstreamFailure
{
    /// <summary>Refused, reset or no TLS: nothing was sent.</summary>
    ConnectionFailure,

    /// <summary>No connection within the time: nothing was sent.</summary>
    ConnectionTimeout,

    /// <summary>Cut after the request was sent, before an answer began.</summary>
    Reset,

    /// <summary>No answer within the time of one attempt.</summary>
    AttemptTimeout,
}

/// <summary>An upstream failed.</summary>
internal sealed class UpstreamException(UpstreamFailure failure, string detail, Exception? inner = null) : IOException(detail, inner)
{
    public UpstreamFailure Failure { get; } = failure;
}
