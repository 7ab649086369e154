using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Whether a Sidecar lets its proxy see the Service of a tracing provider.</summary>
internal static class TracingHost
{
    /// <summary>Null when the provider is no Service of the cluster.</summary>
    public static ClusterHost? Of(TracingProvider provider, MeshSettings mesh, WorkloadEntry workload)
    {
        var host = provider.Service.Split('/') is [_, var name] ? name : provider.Service;
        return ClusterHost.Modern(host, mesh, workload);
    }

    public static bool IsVisible(ClusterHost host, SidecarSettings sidecar, WorkloadEntry workload) =>
        sidecar.EgressHosts.Count == 0 || sidecar.EgressHosts.Any(egress => egress.Split('/') is [var ns, var pattern]
            && (ns == "*" || (ns == "." ? workload.Name.Namespace : ns) == host.Namespace)
            && (pattern == "*" || pattern.Split('.')[0] == host.Service || (pattern.StartsWith("*.", StringComparison.Ordinal) && $"{host.Svc}.cluster.local".EndsWith(pattern[1..], StringComparison.Ordinal))));
}
