using System.Net.Sockets;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>
/// All that resources may depend on of a proxy, but for its addresses and what stands at them (<see cref="OwnScope"/>). Generators see nothing
/// else of it, so that proxies with equal traits can share what is made for one of them.
/// </summary>
internal sealed record ProxyTraits
{
    public required Standpoint Place { get; init; }

    public required bool IsRouter { get; init; }

    /// <summary>The registry's under the proxy's own; only those that the mesh asks for, by name.</summary>
    public required Values<(string Name, string Value)> Labels { get; init; }

    public required string ClusterId { get; init; }

    public required string MeshId { get; init; }

    public required Interception Interception { get; init; }

    /// <summary>True: ports below 1024 cannot be bound.</summary>
    public required bool Unprivileged { get; init; }

    /// <summary>Of the first address, where inbound listeners are.</summary>
    public required AddressFamily Family { get; init; }

    /// <summary>Per cent of its requests that it wants traced; null when it does not say.</summary>
    public required double? Sampling { get; init; }

    /// <summary>Null when it is not known.</summary>
    public required Version? Version { get; init; }

    public string Namespace => Place.Namespace;

    /// <summary>True also for a proxy that does not say which version it is: it is not an old one.</summary>
    public bool IsAtLeast(int major, int minor) => Version is null || Version >= new Version(major, minor);

    /// <param name="known">What the registry has at the proxy's address; null for nothing.</param>
    public static ProxyTraits Of(MeshView mesh, ProxyNode proxy, Workload? known)
    {
        var labels = known is null ? proxy.Labels : known.Labels.With(proxy.Labels);
        return new ProxyTraits
        {
            Place = Standpoint.Of(proxy), IsRouter = proxy.IsRouter,
            Labels = new(labels.Where(label => mesh.TellingLabels.Contains(label.Key)).Select(label => (label.Key, label.Value)).Order()),
            ClusterId = proxy.ClusterId, MeshId = proxy.MeshId, Interception = proxy.Interception, Unprivileged = proxy.Unprivileged,
            Family = proxy.Addresses[0].AddressFamily, Sampling = proxy.Sampling, Version = proxy.Version,
        };
    }
}
