using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Where a VM's proxy listens, by its Sidecar: inbound for its application, outbound for the services it may call.</summary>
internal sealed record SidecarListeners(WorkloadEntry Workload, string ClusterDomain)
{
    /// <summary>Addresses that the ingress binds.</summary>
    public IEnumerable<(string Address, int Port)> Inbound =>
        (Workload.Sidecar?.Ingress ?? []).Select(i => (i.Bind ?? Workload.InstanceIp.ToString(), i.Port));

    /// <summary>Addresses that the egress binds, as far as it is certain: for Services of the own namespace.</summary>
    public IEnumerable<(string Address, int Port)> Outbound => Calls.Select(c => (c.Bind, c.Service.Port)).Distinct();

    /// <summary>Calls that the VM may make.</summary>
    public IEnumerable<(string Bind, MeshService Service)> Calls =>
        from egress in Workload.Sidecar?.Egress ?? []
        from service in Workload.Services
        where egress.Port is null || egress.Port == service.Port
        where service.Port >= 1024 || Workload.Vm.Options.PrivilegedPorts
        where egress.Hosts.Any(host => Shows(host, service))
        select (egress.Bind, service);

    /// <summary>Names as istiod gives them.</summary>
    public IReadOnlyList<string> Names => [.. Inbound.Concat(Outbound).Select(at => $"{at.Address}_{at.Port.ToText()}").Distinct()];

    /// <summary>A Service's name in the mesh.</summary>
    public string FullName(MeshService service) => $"{service.Name.Name}.{service.Name.Namespace}.svc.{ClusterDomain}";

    private bool Shows(string host, MeshService service) => host.Split('/') is [var where, var pattern]
        && (where is "*" or "." or "~" ? where != "~" && (where == "*" || service.Name.Namespace == Workload.Name.Namespace) : where == service.Name.Namespace)
        && (pattern == "*" || pattern == FullName(service) || (pattern.StartsWith("*.", StringComparison.Ordinal) && FullName(service).EndsWith(pattern[1..], StringComparison.Ordinal)));
}
