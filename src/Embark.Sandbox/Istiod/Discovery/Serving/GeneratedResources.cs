using System.Security.Cryptography;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>One resource as it travels, with a mark that changes when it does.</summary>
internal sealed record GeneratedResource(string Name, Any Message)
{
    public string Mark { get; } = Convert.ToHexString(SHA256.HashData(Message.Value.Span));
}

/// <summary>What one proxy may ask for, from one state of the mesh.</summary>
internal sealed class GeneratedResources(ConfigGenerator generator, SharedResources shared)
{
    /// <summary>Types in the order in which they are pushed: what is referred to comes first (PushOrder).</summary>
    public static IReadOnlyList<string> PushOrder { get; } = [TypeUrls.Cluster, TypeUrls.Endpoint, TypeUrls.Listener, TypeUrls.Route, TypeUrls.NameTable];

    /// <summary>True for types of which a proxy gets all there is.</summary>
    public static bool IsWildcard(string type) => type is TypeUrls.Cluster or TypeUrls.Listener or TypeUrls.NameTable;

    /// <summary>Resources of a type; <paramref name="names"/> counts for the types that are asked for by name.</summary>
    public IReadOnlyList<GeneratedResource> Of(string type, IEnumerable<string> names) => type switch
    {
        TypeUrls.Cluster => [.. generator.Clusters().Select(c => Packed(c.Name, c))],
        TypeUrls.Listener => [.. generator.Listeners().Select(l => Packed(l.Name, l))],
        TypeUrls.Endpoint => [.. names.Select(name => shared.Of(type, _view, name, () => Packed(name, generator.Endpoints(name))))],
        TypeUrls.Route => [.. names.Select(name => Packed(name, generator.Routes(name)))],
        TypeUrls.NameTable => [Packed("", generator.NameTable())],
        _ => [],
    };

    private readonly string _view = LoadAssignments.ViewOf(generator.Scope.Proxy);

    private static GeneratedResource Packed(string name, IMessage message) => new(name, Any.Pack(message));
}
