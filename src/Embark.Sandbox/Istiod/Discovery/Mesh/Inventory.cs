using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>All workloads, and which Service each is behind.</summary>
internal sealed record Inventory(ILookup<string, MeshEndpoint> Endpoints, ILookup<string, Workload> ByAddress)
{
    /// <summary>In the order of the services.</summary>
    public static ILookup<string, ServiceTarget> Targets(IEnumerable<MeshService> services, ILookup<string, MeshEndpoint> endpoints) => (
        from service in services
        from endpoint in endpoints[service.Host]
        let port = service.Port(endpoint.ServicePort)
        where port is not null
        select (endpoint.Address, Target: new ServiceTarget(service, port, endpoint.Port))).ToLookup(pair => pair.Address, pair => pair.Target);

    public static IReadOnlyList<string> Identities(IEnumerable<MeshEndpoint> endpoints, MeshSettings settings) =>
    [
        .. endpoints.Select(endpoint => endpoint.Workload)
            .Where(workload => workload.ServiceAccount is { Length: > 0 })
            .DistinctBy(workload => (workload.Namespace, workload.ServiceAccount))
            .SelectMany(workload => settings.IdentitiesOf(workload.Namespace, workload.ServiceAccount!))
            .Order(StringComparer.Ordinal),
    ];

    /// <param name="kinds">Objects by kind.</param>
    public static Inventory Take(ILookup<string, JsonObject> kinds, IReadOnlyList<MeshService> services, EndpointReader reader)
    {
        var byName = services.ToDictionary(service => $"{service.Namespace}/{service.Name}");
        var pods = new Dictionary<string, Workload>();
        var addresses = new List<(string Address, Workload Workload)>();
        var endpoints = new List<(string Host, MeshEndpoint Endpoint)>();
        foreach (var pod in kinds["Pod"])
        {
            var workload = reader.Pod(pod);
            pods[$"{workload.Namespace}/{pod.Text("metadata", "name")}"] = workload;
            var own = pod.Items("status", "podIPs").Select(item => item.Text("ip")).Append(pod.Text("status", "podIP"));
            addresses.AddRange(own.OfType<string>().Distinct().Select(address => (address, workload)));
        }
        foreach (var slice in kinds["EndpointSlice"])
        {
            var name = slice.Map("metadata", "labels").GetValueOrDefault(Labels.ServiceName);
            if (byName.TryGetValue($"{slice.Text("metadata", "namespace")}/{name}", out var service))
                endpoints.AddRange(EndpointReader.OfSlice(slice, service, pods).Select(endpoint => (service.Host, endpoint)));
        }
        var selecting = services.Where(service => service.Selector.Count > 0).ToLookup(service => service.Namespace);
        foreach (var entry in kinds["WorkloadEntry"])
        {
            var workload = reader.Entry(entry);
            if (entry.Text("spec", "address") is { Length: > 0 } address)
                addresses.Add((address, workload));
            foreach (var service in selecting[workload.Namespace].Where(service => workload.Labels.Match(service.Selector)))
                endpoints.AddRange(EndpointReader.OfEntry(entry, workload, service).Select(endpoint => (service.Host, endpoint)));
        }
        return new Inventory(
            endpoints.ToLookup(pair => pair.Host, pair => pair.Endpoint),
            addresses.ToLookup(pair => pair.Address, pair => pair.Workload));
    }
}
