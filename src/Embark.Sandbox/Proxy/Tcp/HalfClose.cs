using System.Net.Security;
using System.Net.Sockets;

namespace Embark.Sandbox.Proxy.Tcp;

/// <summary>Tells the other side that no more bytes come, while its own are still read.</summary>
internal static class HalfClose
{
    public static void Send(Stream stream)
    {
        try
        {
            if (stream is NetworkStream network)
                network.Socket.Shutdown(SocketShutdown.Send);
            else if (stream is SslStream tls)
                _ = tls.ShutdownAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // It is gone already.
        }
    }
}
