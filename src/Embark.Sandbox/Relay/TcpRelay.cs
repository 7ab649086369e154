using System.Net;
using System.Net.Sockets;

namespace Embark.Sandbox.Relay;

/// <summary>
/// A TCP link with a round trip, that can be cut and frozen. Bytes wait in a queue for their time, so a delay costs no throughput.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _target;
    private readonly RelayOptions _options;
    private readonly Random _random;
    private readonly Lock _gate = new();
    private readonly List<RelayedConnection> _connections = [];
    private readonly Task _accepting;

    private TcpRelay(IPEndPoint target, RelayOptions options)
    {
        (_target, _options, _random) = (target, options, new Random(options.Seed));
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>Port on 127.0.0.1 where it listens.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections taken so far.</summary>
    public int Connections { get { lock (_gate) return _connections.Count; } }

    /// <summary>Bytes that have gone from clients to the server.</summary>
    public long BytesToServer { get { lock (_gate) return _connections.Sum(connection => connection.BytesToServer); } }

    public static TcpRelay Start(IPEndPoint target, RelayOptions options) => new(target, options);

    /// <summary>A relay to a port of this machine.</summary>
    public static TcpRelay Start(int port, RelayOptions options) => new(new(IPAddress.Loopback, port), options);

    /// <summary>From now on nothing passes, and nothing is closed: as if the cable were pulled.</summary>
    public void Freeze()
    {
        lock (_gate)
            _connections.ForEach(connection => connection.Freeze());
    }

    /// <summary>Resets every connection.</summary>
    public void Cut()
    {
        lock (_gate)
            _connections.ForEach(connection => connection.Cut());
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        foreach (var connection in _connections)
        {
            await connection.Ended;
            connection.Dispose();
        }
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                lock (_gate)
                {
                    var options = _random.NextDouble() < _options.CutChance ? _options with { CutAfter = _random.Next(_options.ChanceBytes) } : _options;
                    _connections.Add(new(client, _target, options));
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
