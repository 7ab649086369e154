using Embark.Mesh;

namespace Embark.Planning;

/// <summary>A host name that only means something inside the cluster: service and namespace (sidecar-bootstrap 5.3).</summary>
internal sealed record ClusterHost(string Service, string Namespace)
{
    /// <summary>Name that istiod's certificate carries.</summary>
    public string Svc => $"{Service}.{Namespace}.svc";

    /// <summary>Modern rule; null when the name is not local to the cluster.</summary>
    public static ClusterHost? Modern(string host, MeshSettings mesh, WorkloadEntry workload)
    {
        if (!Grammar.DnsName.Accepts(host)) return null;
        var labels = host.Split('.');
        return labels.Length switch
        {
            1 => new(labels[0], workload.Name.Namespace),
            2 => IsNamespace(labels[1]) ? new(labels[0], labels[1]) : null,
            _ => labels[2] == "svc" && (labels.Length == 3 || string.Join('.', labels[3..]) == mesh.ClusterDomain) ? new(labels[0], labels[1]) : null,
        };

        // Two labels alone are ambiguous: docker.io is a name of the internet.
        bool IsNamespace(string name) =>
            name == mesh.SystemNamespace || name == workload.Name.Namespace || mesh.Namespaces.Contains(name) || workload.Namespaces.Contains(name);
    }

    /// <summary>Rule of the original tool, false positives included; the tetrate profile keeps it.</summary>
    public static ClusterHost? Original(string host, string workloadNamespace)
    {
        if (!Grammar.DnsName.Accepts(host)) return null;
        var labels = host.Split('.');
        var local = labels.Length switch
        {
            1 or 2 => true,
            3 => labels[2] == "svc",
            4 => labels[2] == "svc" && labels[3] == "cluster",
            5 => labels[2] == "svc" && labels[3] == "cluster" && labels[4] == "local",
            _ => false,
        };
        return local ? new(labels[0], labels.Length > 1 ? labels[1] : workloadNamespace) : null;
    }
}
