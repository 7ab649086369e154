using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>One proxy in one state of the mesh: which Sidecar is its, which services it may know, what it stands in front of.</summary>
internal sealed record ProxyScope
{
    public required MeshView Mesh { get; init; }

    public required ProxyNode Proxy { get; init; }

    public required GeneratorOptions Options { get; init; }

    /// <summary>The registry's labels under the proxy's own.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required Sidecar Sidecar { get; init; }

    /// <summary>Entry by entry, in the Sidecar's order.</summary>
    public required IReadOnlyList<EgressScope> Egress { get; init; }

    /// <summary>All services of all entries, in the order of the mesh.</summary>
    public required IReadOnlyList<MeshService> Services { get; init; }

    /// <summary>Services whose endpoints are at the proxy's addresses.</summary>
    public required IReadOnlyList<ServiceTarget> Targets { get; init; }

    public MeshSettings Settings => Mesh.Settings;

    public string Address => Proxy.Addresses[0].ToString();

    public bool BindsPorts => Proxy.Interception == Interception.None;

    public bool RegistryOnly => Sidecar.RegistryOnly ?? Settings.RegistryOnly;

    public static ProxyScope Of(MeshView mesh, ProxyNode proxy, GeneratorOptions options)
    {
        var addresses = proxy.Addresses.Select(address => address.ToString()).Distinct().ToList();
        var known = addresses.SelectMany(address => mesh.WorkloadsByAddress[address]).FirstOrDefault(workload => workload.Namespace == proxy.Namespace);
        var labels = known is null ? proxy.Labels : known.Labels.With(proxy.Labels);
        var sidecar = proxy.IsRouter ? Sidecar.Default(proxy.Namespace) : SidecarOf(mesh, proxy.Namespace, labels);
        var egress = sidecar.Egress.Select(entry => new EgressScope(
            entry, [.. mesh.Services.Where(service => entry.Hosts.Any(host => host.Matches(service, proxy.Namespace)))])).ToList();
        return new ProxyScope
        {
            Mesh = mesh, Proxy = proxy, Options = options, Labels = labels, Sidecar = sidecar, Egress = egress,
            Services = egress is [var only] ? only.Services : [.. mesh.Services.Where(service => egress.Any(entry => entry.Services.Contains(service)))],
            Targets = known is null
                ? []
                : [.. addresses.SelectMany(address => mesh.TargetsByAddress[address]).Where(target => target.Service.Namespace == proxy.Namespace)],
        };
    }

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
