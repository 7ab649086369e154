using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using ProtoLocality = Embark.Sandbox.Istiod.Protos.Core.Locality;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Endpoints of a cluster as one proxy should dial them: directly in its own network, by that network's gateways elsewhere.</summary>
internal static class LoadAssignments
{
    public static ClusterLoadAssignment Of(MeshView mesh, Standpoint from, string cluster)
    {
        var assignment = new ClusterLoadAssignment { ClusterName = cluster };
        if (Names.Parse(cluster) is not { } name || mesh.Service(name.Host) is not { } service)
            return assignment;
        var rule = mesh.DestinationRules.Of(service, from.Namespace);
        var subset = rule?.Subsets.FirstOrDefault(candidate => candidate.Name == name.Subset);
        if (name.Subset.Length > 0 && subset is null)
            return assignment;
        var visible = mesh.EndpointsByHost[service.Host]
            .Where(endpoint => endpoint.ServicePort == name.Port && endpoint.Ready && IsVisible(from, endpoint.Workload.Network))
            .Where(endpoint => subset is null || endpoint.Workload.Labels.Match(subset.Labels));
        var doors = Doors.Of(mesh, from);
        var mayBeSecured = (subset?.Tls ?? rule?.Tls) != DestinationTls.Disable;
        foreach (var place in visible.GroupBy(endpoint => endpoint.Workload.Locality))
            assignment.Endpoints.Add(Place(mesh, place, doors, onlyMutualTls: name.IsSni, mayBeSecured));
        return assignment;
    }

    private static LocalityLbEndpoints Place(
        MeshView mesh, IGrouping<Mesh.Locality, MeshEndpoint> place, Doors doors, bool onlyMutualTls, bool mayBeSecured)
    {
        var made = new LocalityLbEndpoints
        {
            Locality = new ProtoLocality { Region = place.Key.Region, Zone = place.Key.Zone, SubZone = place.Key.SubZone },
        };
        var remote = new SortedDictionary<string, (NetworkGateway Gateway, uint Weight)>(StringComparer.Ordinal);
        foreach (var endpoint in place)
        {
            var secured = mayBeSecured && IsSecured(mesh, endpoint);
            var weight = endpoint.Weight * doors.Factor;
            if (onlyMutualTls && !secured)
                continue;
            if (doors.To(endpoint.Workload.Network) is not { } gateways)
                made.LbEndpoints.Add(Direct(mesh, endpoint, weight, secured));
            // Only mutual TLS carries the SNI by which a gateway knows where to.
            else if (secured)
                foreach (var gateway in gateways)
                {
                    var key = $"{gateway.Address}:{gateway.Port}";
                    remote[key] = (gateway, remote.GetValueOrDefault(key).Weight + weight / (uint)gateways.Count);
                }
        }
        made.LbEndpoints.Add(remote.Values.Select(door => Made(
            door.Gateway.Address.ToString(), door.Gateway.Port, door.Weight, secured: true, $";;;;{mesh.Settings.ClusterId}")));
        var sum = made.LbEndpoints.Aggregate(0u, (total, endpoint) => total + endpoint.LoadBalancingWeight!.Value);
        made.LoadBalancingWeight = sum > 0 ? sum : null;
        return made;
    }

    private static LbEndpoint Direct(MeshView mesh, MeshEndpoint endpoint, uint weight, bool secured)
    {
        var workload = endpoint.Workload;
        var made = Made(endpoint.Address, endpoint.Port, weight, secured,
            $"{workload.Name};{workload.Namespace};{workload.CanonicalName};{workload.CanonicalRevision};{mesh.Settings.ClusterId}");
        made.HealthStatus = endpoint.HealthKnown ? HealthStatus.Healthy : HealthStatus.Unknown;
        return made;
    }

    private static LbEndpoint Made(string address, int port, uint weight, bool secured, string workload)
    {
        var metadata = Structs.Metadata(("istio", Structs.Of("workload", workload)));
        if (secured)
            metadata.FilterMetadata["envoy.transport_socket_match"] = Structs.Of("tlsMode", "istio");
        return new LbEndpoint
        {
            Endpoint = new Endpoint { Address = Structs.Address(address, port) }, Metadata = metadata, LoadBalancingWeight = weight,
        };
    }

    private static bool IsSecured(MeshView mesh, MeshEndpoint endpoint) =>
        mesh.Settings.AutoMutualTls && endpoint.Workload.SpeaksMutualTls
        && mesh.PeerAuthentications.OfWorkload(endpoint.Workload.Namespace, endpoint.Workload.Labels, endpoint.Port) != MutualTls.Disable;

    /// <summary>What is in no named network is visible to everybody.</summary>
    private static bool IsVisible(Standpoint from, string network) =>
        from.RequestedNetworks.Count == 0 || network.Length == 0 || from.RequestedNetworks.Contains(network);

    /// <summary>Gateways by which one proxy reaches other networks.</summary>
    /// <param name="Factor">All weights are multiplied by it, so that shares of gateways stay whole numbers.</param>
    private sealed record Doors(Standpoint From, ILookup<string, NetworkGateway> ByNetwork, uint Factor)
    {
        public static Doors Of(MeshView mesh, Standpoint from)
        {
            var byNetwork = mesh.Networks.Gateways.ToLookup(gateway => gateway.Network);
            return new Doors(from, byNetwork, byNetwork.Aggregate(1u, (factor, gateways) => LeastCommonMultiple(factor, (uint)gateways.Count())));
        }

        /// <summary>Null: dial the endpoint itself. Empty: there are gateways, but none of an address family the proxy has.</summary>
        public List<NetworkGateway>? To(string network) =>
            network.Length == 0 || network == From.Network || !ByNetwork.Contains(network)
                ? null
                : [.. ByNetwork[network].Where(gateway => From.Families.Contains(gateway.Address.AddressFamily))];

        private static uint LeastCommonMultiple(uint one, uint other) => one / (uint)System.Numerics.BigInteger.GreatestCommonDivisor(one, other) * other;
    }
}
