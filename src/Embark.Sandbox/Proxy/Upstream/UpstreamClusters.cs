using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy.Upstream;

/// <summary>All clusters in use, by name.</summary>
internal sealed class UpstreamClusters(WorkloadCertificates certificates, TimeProvider clock, NewSocket newSocket)
{
    private readonly ConcurrentDictionary<string, UpstreamCluster> _byName = new(StringComparer.Ordinal);

    public IEnumerable<UpstreamCluster> All => _byName.Values.OrderBy(c => c.Name, StringComparer.Ordinal);

    public UpstreamCluster? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Takes clusters into use. One that did not change keeps its connections and endpoints.</summary>
    public void Apply(IEnumerable<Cluster> changed, IEnumerable<string> removed)
    {
        foreach (var name in removed)
            if (_byName.TryRemove(name, out var gone))
                gone.Dispose();
        foreach (var configuration in changed)
        {
            if (_byName.TryGetValue(configuration.Name, out var same) && same.Configuration.Equals(configuration))
                continue;
            var cluster = new UpstreamCluster(configuration, certificates, clock, newSocket);
            if (same?.LastAssignment is { } assignment)
                cluster.Assign(assignment);
            _byName[configuration.Name] = cluster;
            same?.Retire();
        }
    }

    /// <summary>Takes endpoints into use; those of unknown clusters are for later.</summary>
    public void Assign(ClusterLoadAssignment assignment) => Find(assignment.ClusterName)?.Assign(assignment);
}
