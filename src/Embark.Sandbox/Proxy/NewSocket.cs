using System.Net;
using System.Net.Sockets;

namespace Embark.Sandbox.Proxy;

/// <summary>Makes a TCP socket: on this process's own network, or on another host's.</summary>
internal delegate Socket NewSocket(AddressFamily family);

/// <summary>The usual one.</summary>
internal static class OwnNetwork
{
    public static Socket NewSocket(AddressFamily family) => new(family, SocketType.Stream, ProtocolType.Tcp);
}

/// <summary>Listening sockets for servers that are told of an address only.</summary>
internal static class OnOtherNetwork
{
    public static Socket Bound(NewSocket newSocket, IPEndPoint address)
    {
        var socket = newSocket(address.AddressFamily);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(address);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
