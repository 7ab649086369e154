using System.Diagnostics.CodeAnalysis;
using System.Net;
using Embark.Sandbox.Istiod.Discovery.Mesh;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>A scope with what a proxy shares with no other: its addresses, and what it stands in front of.</summary>
internal sealed record OwnScope : ProxyScope
{
    [SetsRequiredMembers]
    private OwnScope(ProxyScope shared, IReadOnlyList<IPAddress> addresses, IReadOnlyList<ServiceTarget> targets)
        : base(shared) => (Addresses, Targets) = (addresses, targets);

    /// <summary>At least one; the first is where inbound listeners are.</summary>
    public IReadOnlyList<IPAddress> Addresses { get; }

    /// <summary>Services whose endpoints are at the proxy's addresses.</summary>
    public IReadOnlyList<ServiceTarget> Targets { get; }

    public string Address => Addresses[0].ToString();

    /// <param name="shared">The scope of all proxies with the given traits.</param>
    public static OwnScope Of(MeshView mesh, ProxyNode proxy, Func<ProxyTraits, ProxyScope> shared)
    {
        var addresses = proxy.Addresses.Select(address => address.ToString()).Distinct().ToList();
        var known = addresses.SelectMany(address => mesh.WorkloadsByAddress[address]).FirstOrDefault(workload => workload.Namespace == proxy.Namespace);
        return new OwnScope(shared(ProxyTraits.Of(mesh, proxy, known)), proxy.Addresses,
            known is null
                ? []
                : [.. addresses.SelectMany(address => mesh.TargetsByAddress[address]).Where(target => target.Service.Namespace == proxy.Namespace)]);
    }
}
