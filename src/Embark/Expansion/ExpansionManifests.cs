using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>The objects of mesh expansion: the VM gateway, its routes, and the way to the collector. Pure; valid for Istio 1.28 to 1.31.</summary>
public static class ExpansionManifests
{
    /// <summary>Name of the gateway and of its Service.</summary>
    public const string Gateway = "vmgateway";

    /// <summary>Name of the collector's Service, before which stands the gateway.</summary>
    public const string Collector = "embark-collector";

    internal const string NetworkLabel = "topology.istio.io/network";

    /// <summary>In the order in which they are applied.</summary>
    public static IReadOnlyList<Manifest> For(ExpansionSpec spec, ExpansionSurroundings around) =>
    [
        .. around.SetsNetwork ? [SystemNamespace(around)] : Array.Empty<Manifest>(),
        .. GatewayWorkload.For(spec, around),
        .. GatewayRoutes.For(around),
        .. CollectorRoutes.For(around),
    ];

    /// <summary>Everything that may be there, for whoever looks for it; only kinds and names mean something.</summary>
    internal static IReadOnlyList<Manifest> Names(string systemNamespace) => For(new(), new() { SystemNamespace = systemNamespace, Network = "" });

    /// <summary>Without the label istiod takes pods for VMs' neighbours and gives VMs addresses they cannot reach (protocols 3.5).</summary>
    private static Manifest SystemNamespace(ExpansionSurroundings around) => Manifest.Make(
        Manifest.Namespaces, null, around.SystemNamespace, new() { ["labels"] = new JsonObject { [NetworkLabel] = around.Network } }, []);

    /// <summary>Metadata of what is ours.</summary>
    internal static JsonObject Metadata(ExpansionSurroundings around, string app, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var labels = Ownership.Labels();
        labels["app"] = app;
        foreach (var (name, value) in more) labels[name] = value;
        var metadata = new JsonObject { ["labels"] = labels };
        if (around.Owner is not null) metadata["ownerReferences"] = new JsonArray(around.Owner.DeepClone());
        return metadata;
    }
}
