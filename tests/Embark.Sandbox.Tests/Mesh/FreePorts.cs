using System.Net;
using System.Net.Sockets;

namespace Embark.Sandbox.Tests.Mesh;

/// <summary>Ports below those that the system gives to clients, each handed out once.</summary>
internal static class FreePorts
{
    private static readonly HashSet<int> s_taken = [];

    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            lock (s_taken)
                if (!s_taken.Add(port))
                    continue;
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // somebody else's
            }
        }
    }
}
