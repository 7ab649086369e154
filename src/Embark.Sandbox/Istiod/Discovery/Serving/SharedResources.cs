using System.Collections.Concurrent;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>Resources that are the same for many proxies: each is made and packed once for a state of the mesh.</summary>
internal sealed class SharedResources
{
    private readonly ConcurrentDictionary<(string Type, string View, string Name), Lazy<GeneratedResource>> _made = new();

    /// <param name="type">Type of the resource.</param>
    /// <param name="view">Proxies for which it is the same have the same view.</param>
    /// <param name="name">Of the resource.</param>
    /// <param name="make">Made by the first who asks.</param>
    public GeneratedResource Of(string type, string view, string name, Func<GeneratedResource> make) =>
        _made.GetOrAdd((type, view, name), static (_, made) => new Lazy<GeneratedResource>(made), make).Value;
}
