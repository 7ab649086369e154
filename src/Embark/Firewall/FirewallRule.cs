namespace Embark.Firewall;

/// <summary>Which way, as the VM sees it.</summary>
public enum FlowDirection
{
    /// <summary>From the VM to somebody.</summary>
    FromVm,

    /// <summary>From somebody to the VM.</summary>
    ToVm,
}

/// <summary>One path that must be open, or should stay closed. All of them are TCP.</summary>
public sealed record FirewallRule
{
    /// <summary>Short name, unique among the rules of a VM.</summary>
    public required string Name { get; init; }

    /// <summary>True: to open; false: should stay closed.</summary>
    public required bool Open { get; init; }

    /// <summary>Which way.</summary>
    public required FlowDirection Direction { get; init; }

    /// <summary>The other side, in words.</summary>
    public required string Peer { get; init; }

    /// <summary>Networks of the other side, <c>address/prefix</c>; empty when they are not known, which means any.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>DNS name of the other side where it is known by that alone; null otherwise.</summary>
    public string? Host { get; init; }

    /// <summary>Ports; empty for all.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <summary>What it is for.</summary>
    public required string Why { get; init; }
}

/// <summary>All rules of one VM.</summary>
/// <param name="Workload">The WorkloadEntry.</param>
/// <param name="Address">Address that is bound on the VM.</param>
/// <param name="SameNetwork">True when pods and VM reach each other directly.</param>
/// <param name="Rules">The rules, those to open first.</param>
/// <param name="Warnings">What is not known, or wants a decision.</param>
public sealed record FirewallRules(Kubernetes.NamespacedName Workload, string Address, bool SameNetwork, IReadOnlyList<FirewallRule> Rules, IReadOnlyList<Problem> Warnings);

/// <summary>Where the other sides are, as far as the operator says so.</summary>
public sealed record FirewallPeers
{
    /// <summary>Where calls of the mesh come from: pods in the VM's own network, else the addresses that the cluster shows to the outside. Empty: any.</summary>
    public IReadOnlyList<string> Mesh { get; init; } = [];

    /// <summary>Where operators come from. Empty: any.</summary>
    public IReadOnlyList<string> Operators { get; init; } = [];
}
