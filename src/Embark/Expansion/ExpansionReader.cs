using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Expansion;

/// <summary>Reads what of the mesh the gateway's manifests depend on; what may not be read counts as not said.</summary>
internal sealed class ExpansionReader(KubernetesClient client)
{
    private const string UsualNetwork = "cluster-net";

    public async Task<ExpansionSurroundings> ReadAsync(ControlPlane plane, ExpansionSpec spec, Findings findings, CancellationToken cancellationToken)
    {
        var system = plane.Name.Namespace;
        var reading = client.GetAsync(Manifest.Namespaces, null, system, cancellationToken);
        var services = await Optional.OrNullAsync(client.ListAsync(CoreKinds.Services, system, ListOptions.All, cancellationToken), cancellationToken) ?? [];
        var istiod = Istiod(services, spec, findings);
        var revision = spec.Revision ?? istiod?.Metadata.Labels?.GetValueOrDefault("istio.io/rev");
        if (revision is "" or "default" || revision is not null && !Grammar.Revision.Accepts(revision)) revision = null;
        var values = await ValuesAsync(system, revision ?? "", findings, cancellationToken);
        var (network, sets) = Network(await reading, system, spec, values, findings);
        return new()
        {
            SystemNamespace = system,
            Network = network,
            SetsNetwork = sets,
            ClusterDomain = values?.Text("global.proxy.clusterDomain", Grammar.DnsName) ?? "cluster.local",
            IstiodService = istiod?.Metadata.Name ?? (spec.Revision is { } rev and not "default" ? $"istiod-{rev}" : "istiod"),
            Revision = revision,
            Owner = plane.Owner,
        };
    }

    private static Service? Istiod(IReadOnlyList<Service> services, ExpansionSpec spec, Findings findings)
    {
        var all = services.Where(s => s.Metadata.Name is "istiod" || s.Metadata.Name?.StartsWith("istiod-", StringComparison.Ordinal) == true)
            .Where(s => s.Metadata.Name!.StartsWith("istiod-revision-tag-", StringComparison.Ordinal) is false && GatewayService.Ports(s).Contains(GatewayAddress.IstiodPort)).ToList();
        if (spec.Revision is { } wanted) return all.Find(s => s.Metadata.Name == (wanted == "default" ? "istiod" : $"istiod-{wanted}"));
        if (all.Count < 2) return all.FirstOrDefault();
        if (all.Find(s => s.Metadata.Name == "istiod") is { } usual) return usual;
        findings.Refuse("spec.meshExpansion.revision", $"several control planes are here: {string.Join(", ", all.Select(s => s.Metadata.Name))}", "name the revision whose proxy the gateway shall be");
        return null;
    }

    private async Task<InjectorValues?> ValuesAsync(string system, string revision, Findings findings, CancellationToken cancellationToken)
    {
        var name = $"istio-sidecar-injector{Revisions.Suffix(revision)}";
        var map = await Optional.OrNullAsync(client.GetAsync(CoreKinds.ConfigMaps, system, name, cancellationToken));
        return map?.Data?.GetValueOrDefault("values") is { } text ? InjectorValues.Read(text, $"ConfigMap {system}/{name} key values", findings) : null;
    }

    /// <summary>A label that others set is never changed; one that is absent or ours is.</summary>
    private static (string Network, bool Sets) Network(JsonObject? @namespace, string system, ExpansionSpec spec, InjectorValues? values, Findings findings)
    {
        var label = Ownership.Text(@namespace?["metadata"]?["labels"]?[ExpansionManifests.NetworkLabel]) is { Length: > 0 } text ? text : null;
        if (label is null || @namespace is not null && Ownership.AppliedLabel(@namespace, ExpansionManifests.NetworkLabel))
            return (spec.Network ?? values?.Text("global.network", Grammar.Network) ?? label ?? ByCluster(values) ?? UsualNetwork, true);
        if (spec.Network is { } wanted && wanted != label)
            findings.Refuse("spec.meshExpansion.network", $"is {wanted}, but Namespace {system} is labelled {ExpansionManifests.NetworkLabel}={Printable.Text(label, 80)}", "leave the field out, or change the label: VMs and pods go by it");
        return (label, false);
    }

    /// <summary>In a mesh of several clusters each has a name of its own, and so has its network.</summary>
    private static string? ByCluster(InjectorValues? values) => values?.Text("global.multiCluster.clusterName", Grammar.Network);
}
