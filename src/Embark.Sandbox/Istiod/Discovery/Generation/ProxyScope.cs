using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Proxies with the same traits in one state of the mesh: which Sidecar is theirs, which services they may know.</summary>
internal record ProxyScope
{
    public required MeshView Mesh { get; init; }

    public required ProxyTraits Proxy { get; init; }

    public required GeneratorOptions Options { get; init; }

    /// <summary>The traits' labels, by name.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required Sidecar Sidecar { get; init; }

    /// <summary>Entry by entry, in the Sidecar's order.</summary>
    public required IReadOnlyList<EgressScope> Egress { get; init; }

    /// <summary>All services of all entries, in the order of the mesh.</summary>
    public required IReadOnlyList<MeshService> Services { get; init; }

    public MeshSettings Settings => Mesh.Settings;

    public bool BindsPorts => Proxy.Interception == Interception.None;

    public bool RegistryOnly => Sidecar.RegistryOnly ?? Settings.RegistryOnly;

    public static ProxyScope Of(MeshView mesh, ProxyTraits proxy, GeneratorOptions options)
    {
        var labels = proxy.Labels.ToDictionary(label => label.Name, label => label.Value);
        var sidecar = proxy.IsRouter ? Sidecar.Default(proxy.Namespace) : SidecarOf(mesh, proxy.Namespace, labels);
        var egress = sidecar.Egress.Select(entry => new EgressScope(
            entry, [.. mesh.Services.Where(service => entry.Hosts.Any(host => host.Matches(service, proxy.Namespace)))])).ToList();
        return new ProxyScope
        {
            Mesh = mesh, Proxy = proxy, Options = options, Labels = labels, Sidecar = sidecar, Egress = egress,
            Services = egress is [var only] ? only.Services : [.. mesh.Services.Where(service => egress.Any(entry => entry.Services.Contains(service)))],
        };
    }

    private readonly ConcurrentDictionary<Delegate, object> _parts = new();

    /// <summary>
    /// A part of several resources, made once for all proxies with these traits. It must not be changed, since messages of many resources hold it.
    /// </summary>
    /// <param name="make">A static method, which is also the name of the part.</param>
    public T Once<T>(Func<ProxyScope, T> make)
        where T : class => (T)_parts.GetOrAdd(make, static (made, scope) => ((Func<ProxyScope, T>)made)(scope), this);

    /// <param name="defaults">Providers where no Telemetry names any.</param>
    public TelemetryRule Telemetry(Func<TelemetryPolicy, IReadOnlyList<TelemetryRule>?> part, IReadOnlyList<string> defaults) =>
        TelemetryPolicy.Of(Mesh.Telemetries, part, Proxy.Namespace, Settings.RootNamespace, Labels, defaults);

    public MutualTls MutualTlsOf(int port) => Mesh.PeerAuthentications.OfWorkload(Proxy.Namespace, Labels, port);

    /// <summary>False for ports that only root may bind, where the proxy says it is not.</summary>
    public bool CanBind(int port, bool binds) => !binds || !Proxy.Unprivileged || port >= 1024;

    /// <summary>One that selects the workload before one for the whole namespace before the root namespace's.</summary>
    private static Sidecar SidecarOf(MeshView mesh, string @namespace, IReadOnlyDictionary<string, string> labels)
    {
        var own = mesh.Sidecars.Where(sidecar => sidecar.Head.Namespace == @namespace).ToList();
        return own.FirstOrDefault(sidecar => sidecar.Selector is { } selector && labels.Match(selector))
            ?? own.FirstOrDefault(sidecar => sidecar.Selector is null)
            ?? mesh.Sidecars.FirstOrDefault(sidecar => sidecar.Selector is null && sidecar.Head.Namespace == mesh.Settings.RootNamespace)
            ?? Sidecar.Default(@namespace);
    }
}

/// <summary>One egress entry with the services it names.</summary>
internal sealed record EgressScope(SidecarEgress Entry, IReadOnlyList<MeshService> Services);
