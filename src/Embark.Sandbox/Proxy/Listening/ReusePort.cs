using System.Net.Sockets;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>SO_REUSEPORT, which .NET has no name for: two proxies of one user share a port while one replaces the other.</summary>
internal static class ReusePort
{
    private const int SolSocket = 1;       // Linux, asm-generic/socket.h
    private const int SoReuseAddress = 2;
    private const int SoReusePort = 15;

    public static void Allow(Socket socket)
    {
        socket.SetRawSocketOption(SolSocket, SoReuseAddress, BitConverter.GetBytes(1));
        socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
    }
}
