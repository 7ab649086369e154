using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Tls;
using Google.Protobuf;

namespace Embark.Sandbox.Proxy.Upstream;

/// <summary>All clusters in use, by name.</summary>
internal sealed class UpstreamClusters(WorkloadCertificates certificates, TimeProvider clock, NewSocket newSocket)
{
    private readonly ConcurrentDictionary<string, UpstreamCluster> _byName = new(StringComparer.Ordinal);

    public IEnumerable<UpstreamCluster> All => _byName.Values.OrderBy(c => c.Name, StringComparer.Ordinal);

    public UpstreamCluster? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>
    /// Takes clusters into use. One that did not change keeps its connections and endpoints; one that cannot be taken
    /// leaves what was there, and is in the refusal that is returned, as Envoy reports it.
    /// </summary>
    public string? Apply(IEnumerable<Cluster> changed, IEnumerable<string> removed)
    {
        List<string> refusals = [];
        foreach (var name in removed)
            if (_byName.TryRemove(name, out var gone))
                gone.Retire();
        foreach (var configuration in changed)
        {
            if (_byName.TryGetValue(configuration.Name, out var same) && same.Configuration.Equals(configuration))
                continue;
            try
            {
                var cluster = new UpstreamCluster(configuration, certificates, clock, newSocket);
                if (same?.LastAssignment is { } assignment && configuration.LoadAssignment is null)
                    cluster.Assign(assignment);
                _byName[configuration.Name] = cluster;
                same?.Retire();
            }
            catch (Exception e) when (e is ConfigurationRejectedException or FormatException or InvalidProtocolBufferException)
            {
                refusals.Add($"{configuration.Name}: {e.Message}");
            }
        }

        return refusals.Count == 0 ? null : "Error adding/updating cluster(s) " + string.Join(", ", refusals);
    }

    /// <summary>Takes endpoints into use; those of unknown clusters are for later.</summary>
    public void Assign(ClusterLoadAssignment assignment) => Find(assignment.ClusterName)?.Assign(assignment);
}
