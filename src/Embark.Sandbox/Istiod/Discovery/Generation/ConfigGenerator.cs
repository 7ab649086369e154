using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>From the objects of the mesh to the resources of one proxy, all made for it alone.</summary>
internal sealed class ConfigGenerator
{
    private readonly SharedGenerator _shared;
    private readonly OwnGenerator _own;

    public ConfigGenerator(MeshView mesh, ProxyNode proxy, GeneratorOptions options)
    {
        var scope = OwnScope.Of(mesh, proxy, traits => ProxyScope.Of(mesh, traits, options));
        (_shared, _own) = (new SharedGenerator(scope), new OwnGenerator(scope));
    }

    public IReadOnlyList<Cluster> Clusters() => [.. _shared.Clusters(), .. _own.Clusters(), .. _shared.LastClusters()];

    public IReadOnlyList<Listener> Listeners() => [.. _shared.Listeners(), .. _own.Listeners()];

    /// <summary>A cluster that is not known has no endpoints.</summary>
    public ClusterLoadAssignment Endpoints(string cluster) => LoadAssignments.Of(_shared.Scope.Mesh, _shared.Scope.Proxy.Place, cluster);

    /// <summary>A route that is not known has no virtual hosts.</summary>
    public RouteConfiguration Routes(string name) => _shared.Routes(name);

    public NameTable NameTable() => _shared.NameTable();
}
