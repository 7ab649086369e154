using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Embark.Sandbox.Proxy;

/// <summary>Ports that answer every request with 503, as a proxy that is not ready does; the body is empty.</summary>
internal sealed class ProbePorts : IAsyncDisposable
{
    private static readonly byte[] NotReady = Encoding.ASCII.GetBytes("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _listeners = [];
    private readonly List<Task> _loops = [];

    public void Open(IPAddress address, int port)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            listener.DualMode = true;
        _listeners.Add(listener);
        listener.Bind(new IPEndPoint(address, port));
        listener.Listen(64);
        _loops.Add(AcceptAsync(listener));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        await Task.WhenAll(_loops);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.AcceptAsync(_stop.Token));
        }
        catch (Exception over) when (over is OperationCanceledException or ObjectDisposedException)
        {
            // The program ends.
        }
    }

    private async Task AnswerAsync(Socket client)
    {
        using (client)
            try
            {
                var head = new byte[8192];
                _ = await client.ReceiveAsync(head, _stop.Token);
                await client.SendAsync(NotReady, _stop.Token);
                client.Shutdown(SocketShutdown.Send);
                while (await client.ReceiveAsync(head, _stop.Token) > 0)
                {
                }
            }
            catch (Exception gone) when (gone is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // A prober that went away.
            }
    }
}
