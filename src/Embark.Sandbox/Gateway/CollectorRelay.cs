using System.Net;
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

    private readonly PortRelay[] _ways;

    private CollectorRelay(params PortRelay[] ways) => _ways = ways;

    public static CollectorRelay Start(NewSocket newSocket, string address, IPEndPoint zipkin, IPEndPoint accessLogs)
    {
        return new(Way(ZipkinPort, zipkin), Way(AccessLogPort, accessLogs));

        PortRelay Way(int port, IPEndPoint target) => PortRelay.Start(newSocket, new IPEndPoint(IPAddress.Parse(address), port), OwnNetwork.NewSocket, target);
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
        foreach (var way in _ways)
            await way.DisposeAsync().ConfigureAwait(false);
    }
}
