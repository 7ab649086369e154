using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>What the gateway passes on: calls to services by their SNI, and TLS to istiod (protocols 4.1, 4.2).</summary>
internal static class GatewayRoutes
{
    public static IEnumerable<Manifest> For(ExpansionSurroundings around)
    {
        var istiod = $"{ExpansionManifests.Gateway}-istiod";
        yield return Gateway(around, ExpansionManifests.Gateway, Server(GatewayPort.MutualTls, "AUTO_PASSTHROUGH", ServiceHosts(around.ClusterDomain)));
        yield return Gateway(around, istiod, Server(GatewayPort.Istiod, "PASSTHROUGH", "*"));
        yield return VirtualService(around, istiod, "tls", new JsonObject
        {
            ["match"] = new JsonArray(new JsonObject { ["port"] = GatewayPort.Istiod.Number, ["sniHosts"] = new JsonArray("*") }),
            ["route"] = To($"{around.IstiodService}.{around.SystemNamespace}.svc.{around.ClusterDomain}", GatewayPort.Istiod.Number),
        });
    }

    public static Manifest Gateway(ExpansionSurroundings around, string name, params JsonNode?[] servers) => Manifest.Make(
        Manifest.Gateways, around.SystemNamespace, name, ExpansionManifests.Metadata(around, ExpansionManifests.Gateway), new()
        {
            ["spec"] = new JsonObject { ["selector"] = GatewayWorkload.Selector(), ["servers"] = new JsonArray(servers) },
        });

    public static Manifest VirtualService(ExpansionSurroundings around, string name, string protocol, params JsonNode?[] routes) => Manifest.Make(
        Manifest.VirtualServices, around.SystemNamespace, name, ExpansionManifests.Metadata(around, ExpansionManifests.Gateway), new()
        {
            ["spec"] = new JsonObject { ["hosts"] = new JsonArray("*"), ["gateways"] = new JsonArray(name), [protocol] = new JsonArray(routes) },
        });

    public static JsonObject Server(GatewayPort port, string? tls, string host)
    {
        var server = new JsonObject
        {
            ["port"] = new JsonObject { ["number"] = port.Number, ["name"] = port.Name, ["protocol"] = port.Protocol },
            ["hosts"] = new JsonArray(host),
        };
        if (tls is not null) server["tls"] = new JsonObject { ["mode"] = tls };
        return server;
    }

    public static JsonArray To(string host, int port) =>
        new(new JsonObject { ["destination"] = new JsonObject { ["host"] = host, ["port"] = new JsonObject { ["number"] = port } } });

    /// <summary>As Istio's own sample: the last part of the domain, such as <c>*.local</c>.</summary>
    private static string ServiceHosts(string clusterDomain) => $"*.{clusterDomain[(clusterDomain.LastIndexOf('.') + 1)..]}";
}
