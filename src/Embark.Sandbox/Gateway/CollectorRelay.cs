using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Embark.Sandbox.Proxy;

namespace Embark.Sandbox.Gateway;

/// <summary>
/// The collector as the mesh sees it. The controller runs beside the sandbox, not in a pod: what arrives at the pod's address is
/// passed on to the ports where the controller listens on this machine.
/// </summary>
internal sealed class CollectorRelay : IAsyncDisposable
{
    /// <summary>The guide's ports: traces, and access logs.</summary>
    public const int ZipkinPort = 9411, AccessLogPort = 11800;

    private readonly CancellationTokenSource _stop = new();
    private readonly Socket[] _listeners;
    private readonly Task _accepting;

    private CollectorRelay(params (Socket Listener, IPEndPoint Target)[] ways)
    {
        _listeners = [.. ways.Select(way => way.Listener)];
        _accepting = Task.WhenAll(ways.Select(way => AcceptAsync(way.Listener, way.Target)));
    }

    public static CollectorRelay Start(NewSocket newSocket, string address, IPEndPoint zipkin, IPEndPoint accessLogs)
    {
        return new((Listening(ZipkinPort), zipkin), (Listening(AccessLogPort), accessLogs));

        Socket Listening(int port)
        {
            var socket = OnOtherNetwork.Bound(newSocket, new IPEndPoint(IPAddress.Parse(address), port));
            socket.Listen(128);
            return socket;
        }
    }

    /// <summary>Endpoints of the Service that mesh expansion makes; nothing else makes them here.</summary>
    public static JsonObject Slice(string address) => new()
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = "embark-collector-x", ["namespace"] = "istio-system", ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = "embark-collector" },
        },
        ["addressType"] = "IPv4",
        ["endpoints"] = new JsonArray(new JsonObject
        {
            ["addresses"] = new JsonArray(address), ["conditions"] = new JsonObject { ["ready"] = true, ["serving"] = true }, ["nodeName"] = "node-1",
        }),
        ["ports"] = new JsonArray(
            new JsonObject { ["name"] = "http-zipkin", ["port"] = ZipkinPort, ["protocol"] = "TCP" }, new JsonObject { ["name"] = "grpc-als", ["port"] = AccessLogPort, ["protocol"] = "TCP" }),
    };

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (var listener in _listeners)
            listener.Dispose();
        await _accepting.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Socket listener, IPEndPoint target)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = PassAsync(await listener.AcceptAsync(_stop.Token).ConfigureAwait(false), target);
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassAsync(Socket client, IPEndPoint target)
    {
        try
        {
            using var server = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
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
