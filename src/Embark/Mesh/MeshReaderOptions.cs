using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>What the command line says about the mesh and its VMs; annotations beat it, defaults stand behind it.</summary>
public sealed record MeshReaderOptions
{
    /// <summary>Namespace of istiod. Default <c>istio-system</c>.</summary>
    public string SystemNamespace { get; init; } = "istio-system";

    /// <summary>Revision or tag; null for the label of the workload's namespace.</summary>
    public string? Revision { get; init; }

    /// <summary>ConfigMap with the keys <c>mesh</c> and <c>meshNetworks</c>; null for <c>istio[-REVISION]</c>.</summary>
    public string? MeshConfigMap { get; init; }

    /// <summary>ConfigMap with the key <c>values</c>; null for <c>istio-sidecar-injector[-REVISION]</c>.</summary>
    public string? InjectorConfigMap { get; init; }

    /// <summary>The VM gateway; null to find it in the cluster.</summary>
    public GatewayAddress? Gateway { get; init; }

    /// <summary>Service of the VM gateway; null to find it.</summary>
    public NamespacedName? GatewayService { get; init; }

    /// <summary>How long to wait for the gateway's Service to get its address; null for not at all.</summary>
    public TimeSpan? WaitForGateway { get; init; }

    /// <summary>SSH user where no annotation names one: as a rule the operator's own name.</summary>
    public required string SshUser { get; init; }

    /// <summary>SSH port where no annotation names one. Default 22.</summary>
    public int SshPort { get; init; } = 22;

    /// <summary>Directory instead of the entry's: <see cref="Placeholder.Directory"/> for directory and archive; null for the entry's.</summary>
    public string? Directory { get; init; }

    /// <summary>What is asked of every plan.</summary>
    public JoinOptions Join { get; init; } = new();

    /// <summary>What the operator allows. Default: everything that is well-formed.</summary>
    public Policy Policy { get; init; } = Policy.None;

    /// <summary>True to leave, or to look at a host key: only where the VM is and what our things there are called is checked, since
    /// what keeps a VM from joining must not keep it from leaving.</summary>
    public bool OnlyToReach { get; init; }

    /// <summary>Clock for the expiry of certificates.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
