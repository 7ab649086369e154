using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>The collector's Service, and the TCP routes by which VMs reach it. The collector runs in the controller.</summary>
internal static class CollectorRoutes
{
    /// <summary>Label of the controller's pods, as the chart gives it.</summary>
    private const string ControllerApp = "embark-controller";

    public static IEnumerable<Manifest> For(ExpansionSurroundings around)
    {
        const string Name = ExpansionManifests.Collector;
        var routes = $"{ExpansionManifests.Gateway}-collector";
        var host = $"{Name}.{around.SystemNamespace}.svc.{around.ClusterDomain}";
        yield return Manifest.Make(Manifest.Services, around.SystemNamespace, Name, ExpansionManifests.Metadata(around, Name), new()
        {
            ["spec"] = new JsonObject
            {
                ["type"] = "ClusterIP",
                ["selector"] = new JsonObject { ["app.kubernetes.io/name"] = ControllerApp },
                ["ports"] = new JsonArray(Port("http-zipkin", GatewayPort.Traces), Port("grpc-als", GatewayPort.AccessLogs)),
            },
        });
        yield return GatewayRoutes.Gateway(around, routes, Server(GatewayPort.Traces), Server(GatewayPort.AccessLogs));
        yield return GatewayRoutes.VirtualService(around, routes, "tcp", Route(GatewayPort.Traces, host), Route(GatewayPort.AccessLogs, host));
    }

    private static JsonObject Port(string name, GatewayPort port) => new()
    {
        ["name"] = name, ["port"] = port.Number, ["targetPort"] = port.Number, ["protocol"] = "TCP",
    };

    private static JsonObject Server(GatewayPort port) => GatewayRoutes.Server(port, tls: null, "*");

    private static JsonObject Route(GatewayPort port, string host) => new()
    {
        ["match"] = new JsonArray(new JsonObject { ["port"] = port.Number }),
        ["route"] = GatewayRoutes.To(host, port.Number),
    };
}
