using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Proxy;

namespace Embark.Sandbox.Gateway;

/// <summary>Passes on what comes to a port of one network to a port of another.</summary>
internal sealed class PortRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly Task _accepting;

    private PortRelay(Socket listener, NewSocket there, IPEndPoint target)
    {
        _listener = listener;
        _accepting = AcceptAsync(there, target);
    }

    public static PortRelay Start(NewSocket here, IPEndPoint at, NewSocket there, IPEndPoint target)
    {
        var socket = OnOtherNetwork.Bound(here, at);
        socket.Listen(128);
        return new(socket, there, target);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync(NewSocket there, IPEndPoint target)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = PassAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false), there, target);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(Socket client, NewSocket there, IPEndPoint target)
    {
        try
        {
            using var server = there(target.AddressFamily);
            server.NoDelay = true;
            await server.ConnectAsync(target, _stop.Token).ConfigureAwait(false);
            await using var near = new NetworkStream(client, ownsSocket: true);
            await using var far = new NetworkStream(server);
            await Proxy.Tcp.Relay.BothWaysAsync(near, far, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception end) when (end is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            client.Dispose();
        }
    }
}
