using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Embark.Sandbox.Istiod.Protos.Listeners;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>One bound address. Its chains may change while it is open: connections that are open keep theirs.</summary>
internal sealed class ProxyListener : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProxyLog _log;
    private volatile Chains _chains;
    private Task _accepting = Task.CompletedTask;
    private int _open;

    private ProxyListener(string name, Socket socket, Chains chains, ProxyLog log)
    {
        Name = name;
        _socket = socket;
        _chains = chains;
        _log = log;
    }

    public string Name { get; }

    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Connections under way.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>Binds and accepts. Several proxies of one user may share the port (SO_REUSEPORT), as Envoys do.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public static ProxyListener Start(string name, IPEndPoint address, Chains chains, ProxyLog log, NewSocket newSocket)
    {
        var socket = newSocket(address.AddressFamily);
        try
        {
            ReusePort.Allow(socket);
            socket.Bind(address);
            socket.Listen(512);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        var listener = new ProxyListener(name, socket, chains, log);
        listener._accepting = listener.AcceptAsync();
        return listener;
    }

    public void Replace(Chains chains) => _chains = chains;

    /// <summary>Stops accepting; what is open goes on.</summary>
    public async ValueTask CloseAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var client = await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                client.NoDelay = true;
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // One client that went away, or no descriptors for now: neither ends the listener.
                _log.Warning("listener", $"'{Name}' could not accept: {e.Message}");
                await Task.Delay(10, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Interlocked.Increment(ref _open);
        try
        {
            await using var raw = new NetworkStream(client, ownsSocket: true);
            var (local, remote) = ((IPEndPoint)client.LocalEndPoint!, (IPEndPoint)client.RemoteEndPoint!);
            var chains = _chains;
            var look = chains.NeedsLook ? await ConnectionLook.AtAsync(raw, chains.NeedsHttpLook, CancellationToken.None).ConfigureAwait(false) : ConnectionLook.Nothing;
            if (look is null || chains.Pick(local.Port, look) is not { } chain)
                return; // no chain takes it: closed, as Envoy does
            await using Stream seen = look.Seen.IsEmpty ? raw : new PrefixedStream(look.Seen, raw);
            if (chain.Tls is null)
            {
                await chain.ServeAsync(new AcceptedConnection(seen, local, remote, look), CancellationToken.None).ConfigureAwait(false);
                return;
            }

            if (look.Hello is null)
                return;
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15)); // transport_socket_connect_timeout
            await using var tls = await chain.Tls.AcceptAsync(seen, look.Hello, limit.Token).ConfigureAwait(false);
            await chain.ServeAsync(new AcceptedConnection(tls, local, remote, look), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or OperationCanceledException or ObjectDisposedException)
        {
            _log.Debug("listener", $"'{Name}' connection ended: {e.Message}");
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>The chains of one configuration, and what must be known of a connection to choose.</summary>
    internal sealed record Chains(IReadOnlyList<(FilterChainMatch? Match, FilterChainRuntime Chain)> Matched, FilterChainRuntime? Default, bool NeedsHttpLook)
    {
        public bool NeedsLook { get; } = NeedsHttpLook || Matched.Any(c =>
            c.Chain.Tls is not null || c.Match is { } m && (m.TransportProtocol.Length > 0 || m.ServerNames.Count > 0 || m.ApplicationProtocols.Count > 0));

        public FilterChainRuntime? Pick(int port, ConnectionLook look) => FilterChainMatcher.Pick(Matched, port, look) ?? Default;
    }
}
