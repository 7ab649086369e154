using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Which control plane a namespace belongs to, and under which names its ConfigMaps stand (sidecar-bootstrap 3.2, protocols 7.1).</summary>
internal sealed class Revisions(KubernetesClient client, MeshReaderOptions options)
{
    private const string RevisionLabel = "istio.io/rev";

    /// <summary>What was found: the revision, and the ConfigMap with the keys mesh and meshNetworks.</summary>
    public sealed record Found(string Revision, ConfigMap Map);

    public static string Suffix(string revision) => revision is "" or "default" ? "" : $"-{revision}";

    /// <summary>Null, and a problem, when there is no such control plane.</summary>
    public async Task<Found?> FindAsync(KubernetesNamespace? workloadNamespace, Findings findings, CancellationToken cancellationToken)
    {
        var wanted = options.Revision ?? workloadNamespace?.Metadata.Labels?.GetValueOrDefault(RevisionLabel) ?? "";
        var source = options.Revision is not null ? "--revision" : $"label {RevisionLabel} of Namespace {workloadNamespace?.Metadata.Name}";
        if (wanted.Length > 0 && !Grammar.Revision.Accepts(wanted))
        {
            findings.Refuse(source, $"\"{Printable.Text(wanted)}\" must be {Grammar.Revision.Description}", "correct it");
            return null;
        }
        if (options.MeshConfigMap is { } named)
        {
            if (await MapAsync(named, cancellationToken) is { } map) return new(wanted, map);
        }
        else
        {
            if (await BySpellingAsync(wanted, cancellationToken) is { } found) return found;
            if (wanted.Length > 0 && await TagAsync(wanted, cancellationToken) is { } revision && await BySpellingAsync(revision, cancellationToken) is { } tagged) return tagged;
        }
        await RefuseAsync(options.MeshConfigMap ?? $"istio{Suffix(wanted)}", wanted.Length == 0 ? "" : $" (revision or tag {wanted}, {source})", findings, cancellationToken);
        return null;
    }

    /// <summary>A Helm value <c>revision: default</c> makes <c>istio-default</c>, while Istio's own code looks for <c>istio</c>: both are tried.</summary>
    private async Task<Found?> BySpellingAsync(string revision, CancellationToken cancellationToken)
    {
        if (await MapAsync($"istio{Suffix(revision)}", cancellationToken) is { } map) return new(revision, map);
        if (revision is "" or "default" && await MapAsync("istio-default", cancellationToken) is { } spelled) return new("default", spelled);
        return null;
    }

    /// <summary>Webhook configurations first, as istioctl does; where they may not be read, the Service of the tag.</summary>
    private async Task<string?> TagAsync(string tag, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var webhook in client.ListAsync(IstioKinds.Webhooks, null, new() { LabelSelector = $"istio.io/tag={tag}" }, cancellationToken))
            {
                if (webhook.Metadata.Labels?.GetValueOrDefault(RevisionLabel) is { Length: > 0 } revision && Grammar.Revision.Accepts(revision)) return revision;
            }
        }
        catch (KubernetesException no) when (no.Failure is KubernetesFailure.Forbidden or KubernetesFailure.NotFound)
        {
            // The Service below may still be readable.
        }
        var service = await Optional.OrNullAsync(client.GetAsync(CoreKinds.Services, options.SystemNamespace, $"istiod-revision-tag-{tag}", cancellationToken));
        var named = service?.Spec?.Selector?.GetValueOrDefault(RevisionLabel) ?? service?.Metadata.Labels?.GetValueOrDefault(RevisionLabel);
        return named is not null && Grammar.Revision.Accepts(named) ? named : null;
    }

    private Task<ConfigMap?> MapAsync(string name, CancellationToken cancellationToken) =>
        client.GetAsync(CoreKinds.ConfigMaps, options.SystemNamespace, name, cancellationToken);

    private async Task RefuseAsync(string name, string because, Findings findings, CancellationToken cancellationToken)
    {
        var there = await Optional.OrNullAsync(client.ListAsync(CoreKinds.ConfigMaps, options.SystemNamespace, ListOptions.All, cancellationToken), cancellationToken);
        var maps = there?.Select(m => m.Metadata.Name ?? "").Where(n => n == "istio" || (n.StartsWith("istio-", StringComparison.Ordinal) && IsMeshConfig(n))).Order(StringComparer.Ordinal).ToList();
        var revisions = maps?.Where(n => n.StartsWith("istio-", StringComparison.Ordinal)).Select(n => n["istio-".Length..]).ToList() ?? [];
        findings.Refuse($"ConfigMap {options.SystemNamespace}/{name}", $"does not exist{because}; {(maps is null ? "ConfigMaps may not be listed" : maps.Count == 0 ? "there is none that begins with istio" : $"found: {string.Join(", ", maps)}")}",
            revisions.Count > 0 ? $"choose a control plane with --revision {revisions[0]}" : $"check that Istio is installed in {options.SystemNamespace} (else -i), and --revision");

        static bool IsMeshConfig(string n) => !n.StartsWith("istio-sidecar-injector", StringComparison.Ordinal) && !n.StartsWith("istio-ca-", StringComparison.Ordinal)
            && n is not ("istio-leader" or "istio-namespace-controller-election" or "istio-gateway-status-leader");
    }
}
