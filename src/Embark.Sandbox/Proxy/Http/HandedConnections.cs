using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>
/// A transport for Kestrel that accepts nothing itself: connections are handed to it after filter chain and TLS are
/// settled. Kestrel then only reads HTTP, which it does better than anything we would write.
/// </summary>
internal sealed class HandedConnections : IConnectionListenerFactory
{
    private readonly Dictionary<EndPoint, Listener> _listeners = [];

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new Listener(endpoint);
        lock (_listeners)
            _listeners[endpoint] = listener;
        return ValueTask.FromResult<IConnectionListener>(listener);
    }

    /// <summary>Hands one connection over, to the endpoint that speaks its protocol.</summary>
    public void Hand(EndPoint endpoint, ConnectionContext connection) => _listeners[endpoint].Queue.Writer.TryWrite(connection);

    private sealed class Listener(EndPoint endpoint) : IConnectionListener
    {
        public Channel<ConnectionContext> Queue { get; } = Channel.CreateUnbounded<ConnectionContext>();

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await Queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                if (Queue.Reader.TryRead(out var connection))
                    return connection;
            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            Queue.Writer.TryComplete();
            return default;
        }

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>A name for one of the two protocols; Kestrel needs an endpoint for each.</summary>
internal sealed class ProtocolEndPoint(string name) : EndPoint
{
    public override string ToString() => name;
}
