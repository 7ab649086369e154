using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>One host of the mesh: a Service, or a host of a ServiceEntry.</summary>
/// <param name="Namespace">Namespace of the object.</param>
/// <param name="Name">Full name.</param>
/// <param name="Names">All names that the proxy's routes know, as far as they mean this host everywhere; the usual one first.</param>
/// <param name="Ports">Its ports.</param>
internal sealed record MeshHost(string Namespace, string Name, IReadOnlyList<string> Names, IReadOnlyList<int> Ports)
{
    private const string ExportTo = "networking.istio.io/exportTo";

    /// <summary>Services with an address of their own that are shown to a namespace. A bare name is left out: on a VM it may mean another machine.</summary>
    public static IEnumerable<MeshHost> Of(IEnumerable<Service> services, string clusterDomain, string seenFrom) =>
        from service in services
        let spec = service.Spec
        where spec is { ClusterIP: not (null or "" or "None") } && spec.Type != "ExternalName"
        let ns = service.Metadata.Namespace ?? ""
        where IsShown(service.Metadata.Annotations?.GetValueOrDefault(ExportTo)?.Split(',', StringSplitOptions.TrimEntries), ns, seenFrom)
        let name = $"{service.Metadata.Name}.{ns}.svc"
        select new MeshHost(ns, $"{name}.{clusterDomain}", [name, $"{name}.{clusterDomain}", $"{service.Metadata.Name}.{ns}"], [.. (spec.Ports ?? []).Where(p => p.Protocol is null or "" or "TCP").Select(p => p.Port)]);

    public static IEnumerable<MeshHost> Of(IEnumerable<ServiceEntryObject> entries, string seenFrom) =>
        from entry in entries
        let ns = entry.Metadata.Namespace ?? ""
        where IsShown(entry.Spec?.ExportTo, ns, seenFrom)
        from host in entry.Spec?.Hosts ?? []
        select new MeshHost(ns, host, [host], [.. (entry.Spec?.Ports ?? []).Select(p => p.Number)]);

    /// <summary>Whether an egress host such as <c>./*</c> or <c>istio-system/*.svc.cluster.local</c> shows it.</summary>
    public bool IsMeantBy(string egressHost, string own) => egressHost.Split('/') is [var where, var pattern]
        && (where == "*" || (where == "." ? own : where) == Namespace)
        && (pattern == "*" || pattern == Name || (pattern.StartsWith("*.", StringComparison.Ordinal) && Name.EndsWith(pattern[1..], StringComparison.Ordinal)));

    private static bool IsShown(IReadOnlyList<string>? exportTo, string ns, string seenFrom) =>
        exportTo is null or { Count: 0 } || exportTo.Any(to => to == "*" || to == seenFrom || (to == "." && ns == seenFrom));
}
