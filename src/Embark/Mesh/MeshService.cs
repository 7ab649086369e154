using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>One HTTP port of a Service that a VM may call.</summary>
/// <param name="Name">Namespace and name of the Service.</param>
/// <param name="Port">Its port.</param>
/// <param name="SelectsVm">True when the VM itself is behind it.</param>
public sealed record MeshService(NamespacedName Name, int Port, bool SelectsVm)
{
    /// <summary>HTTP ports of Services with an address and workloads of their own; of other ports nothing certain is known here.</summary>
    internal static IEnumerable<MeshService> Http(IEnumerable<Service> services, IReadOnlyDictionary<string, string> labels) =>
        from service in services
        let spec = service.Spec
        where spec is { Selector.Count: > 0, ClusterIP: not (null or "" or "None") } && spec.Type != "ExternalName"
        from port in spec.Ports ?? []
        where IsHttp(port)
        select new MeshService(new(service.Metadata.Namespace ?? "", service.Metadata.Name ?? ""), port.Port,
            spec.Selector!.All(p => labels.GetValueOrDefault(p.Key) == p.Value));

    /// <summary>Istio's rule: appProtocol, else the port's name up to its first dash.</summary>
    private static bool IsHttp(ServicePort port) => (port.AppProtocol ?? port.Name?.Split('-')[0]) is "http" or "http2" or "grpc" && port.Protocol is null or "" or "TCP";
}
