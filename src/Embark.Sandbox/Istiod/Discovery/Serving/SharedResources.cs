using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Mesh;
using Google.Protobuf;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>Resources of one state of the mesh that are the same for many proxies: each is made and packed once, by the first who asks.</summary>
/// <param name="before">Of the state before this: a resource that came out the same again is the same object still. Null for none.</param>
internal sealed class SharedResources(MeshView mesh, GeneratorOptions options, SharedResources? before = null)
{
    private readonly ConcurrentDictionary<ProxyTraits, Lazy<ResourcesOfTraits>> _byTraits = new();
    private readonly ConcurrentDictionary<(Standpoint From, string Cluster), Lazy<GeneratedResource>> _endpoints = new();
    private readonly ConcurrentDictionary<(string Type, string Name, UInt128 Mark), GeneratedResource> _made = new();
    private readonly ConcurrentDictionary<(string Type, string Name, UInt128 Mark), GeneratedResource> _madeBefore = before?._made ?? new();

    public MeshView Mesh => mesh;

    public ResourcesOfTraits Of(ProxyTraits traits) =>
        _byTraits.GetOrAdd(traits, wanted => new(() => new ResourcesOfTraits(this, ProxyScope.Of(mesh, wanted, options)))).Value;

    public GeneratedResource Endpoints(Standpoint from, string cluster) => _endpoints.GetOrAdd((from, cluster), wanted => new(
        () => Packed(TypeUrls.Endpoint, wanted.Cluster, LoadAssignments.Of(mesh, wanted.From, wanted.Cluster)))).Value;

    /// <summary>One object for equal resources, also of proxies with other traits.</summary>
    public GeneratedResource Packed(string type, string name, IMessage message)
    {
        var made = GeneratedResource.Packed(type, name, message);
        var key = (type, name, made.Mark);
        return _made.GetOrAdd(key, _madeBefore.GetValueOrDefault(key, made));
    }
}
