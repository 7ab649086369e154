using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>What of the mesh the manifests depend on.</summary>
public sealed record ExpansionSurroundings
{
    /// <summary>Namespace of istiod, of the ControlPlane, and of the gateway.</summary>
    public required string SystemNamespace { get; init; }

    /// <summary>Name of the cluster's network.</summary>
    public required string Network { get; init; }

    /// <summary>True when the namespace's network label is absent or ours, and so is said in the manifests.</summary>
    public bool SetsNetwork { get; init; } = true;

    /// <summary>Domain of Services. Default <c>cluster.local</c>.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    /// <summary>istiod's Service. Default <c>istiod</c>.</summary>
    public string IstiodService { get; init; } = "istiod";

    /// <summary>Revision whose injector fills in the gateway's pod; null for the default one.</summary>
    public string? Revision { get; init; }

    /// <summary>Owner reference of what is made; null where no ControlPlane asks for it.</summary>
    public JsonObject? Owner { get; init; }
}
