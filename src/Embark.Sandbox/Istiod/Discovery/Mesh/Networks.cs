using System.Net;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>A door into a network: what other networks dial instead of the endpoints in it.</summary>
internal sealed record NetworkGateway(string Network, IPAddress Address, int Port);

/// <summary>Names of networks and their gateways (protocols: Istio's network labels and MeshNetworks).</summary>
/// <param name="Default">Network of what says nothing itself; empty when unnamed.</param>
internal sealed record Networks(string Default, IReadOnlyList<(IPNetwork Range, string Network)> Ranges, IReadOnlyList<NetworkGateway> Gateways)
{
    private const int DefaultGatewayPort = 15443;

    /// <summary>The label decides, then the namespace's label or the registry's entry, then the range of the address.</summary>
    public string Of(string address, string? label)
    {
        if (label is { Length: > 0 })
            return label;
        if (Default.Length > 0 || !IPAddress.TryParse(address, out var ip))
            return Default;
        return Ranges.FirstOrDefault(range => range.Range.Contains(ip)).Network ?? "";
    }

    public IReadOnlyList<NetworkGateway> GatewaysOf(string network) => [.. Gateways.Where(gateway => gateway.Network == network)];

    /// <param name="meshNetworks">The key <c>meshNetworks</c> of the ConfigMap, as a tree.</param>
    /// <param name="systemLabels">Labels of the root namespace.</param>
    public static Networks Read(
        JsonNode? meshNetworks, IReadOnlyDictionary<string, string> systemLabels, IEnumerable<JsonObject> services, MeshSettings settings)
    {
        var declared = meshNetworks.At("networks") as JsonObject ?? [];
        var all = services.ToList();
        var ranges = new List<(IPNetwork, string)>();
        var gateways = all.SelectMany(OfLabelledService).ToList();
        var registry = "";
        foreach (var (network, body) in declared)
        {
            foreach (var endpoints in body.Items("endpoints"))
            {
                if (IPNetwork.TryParse(endpoints.Text("fromCidr"), out var range))
                    ranges.Add((range, network));
                if (endpoints.Text("fromRegistry") == settings.ClusterId)
                    registry = network;
            }
            gateways.AddRange(body.Items("gateways").SelectMany(gateway => OfDeclared(network, network == registry, gateway, all, settings)));
        }
        return new Networks(systemLabels.First(Labels.Network) ?? registry, ranges, [.. gateways.Distinct()]);
    }

    private static IEnumerable<NetworkGateway> OfLabelledService(JsonObject service)
    {
        var labels = service.Map("metadata", "labels");
        if (labels.First(Labels.Network) is not { } network)
            return [];
        var port = int.TryParse(labels.First(Labels.GatewayPort), out var chosen) ? chosen : DefaultGatewayPort;
        // A gateway whose Service does not have the port is no gateway.
        return service.Items("spec", "ports").Any(candidate => candidate.Int("port") == port)
            ? Addresses(service).Select(address => new NetworkGateway(network, address, port))
            : [];
    }

    private static IEnumerable<NetworkGateway> OfDeclared(
        string network, bool ofThisCluster, JsonNode? gateway, List<JsonObject> services, MeshSettings settings)
    {
        var port = gateway.Int("port") ?? DefaultGatewayPort;
        if (IPAddress.TryParse(gateway.Text("address"), out var address))
            return [new NetworkGateway(network, address, port)];
        var service = services.FirstOrDefault(candidate => MeshService.Read(candidate, settings).Host == gateway.Text("registryServiceName"));
        return service is null || !ofThisCluster || service.Map("metadata", "labels").ContainsKey(Labels.Network)
            ? []
            : Addresses(service).Select(own => new NetworkGateway(network, own, port));
    }

    /// <summary>IP addresses only: names would have to be resolved, and what does not resolve is no gateway.</summary>
    private static IEnumerable<IPAddress> Addresses(JsonObject service) =>
        service.Items("status", "loadBalancer", "ingress").Select(ingress => ingress.Text("ip"))
            .Concat(service.Texts("spec", "externalIPs"))
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null)
            .OfType<IPAddress>().Distinct();
}
