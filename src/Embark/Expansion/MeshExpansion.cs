using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Expansion;

/// <summary>
/// Makes, changes and removes the VM gateway that a ControlPlane asks for. Command line and controller do it in the same way
/// and under the same field manager, so that one goes on where the other stopped. Foreign objects are never touched.
/// </summary>
public sealed class MeshExpansion(KubernetesClient client)
{
    /// <summary>What this one applied last, so that nothing is written that stands there already.</summary>
    private readonly ConcurrentDictionary<string, JsonObject> _applied = new(StringComparer.Ordinal);

    /// <summary>What there should be and what there is; nothing is changed.</summary>
    public async Task<ExpansionView> LookAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var spec = ExpansionSpec.Read(plane.MeshExpansion, $"ControlPlane {plane.Name} spec.meshExpansion", findings);
        var around = await new ExpansionReader(client).ReadAsync(plane, spec, findings, cancellationToken);
        var manifests = plane.Asks ? ExpansionManifests.For(spec, around) : ExpansionManifests.Names(plane.Name.Namespace);
        var objects = await LiveAsync(manifests, plane.Metadata.Uid, strictly: false, findings, cancellationToken);
        if (plane.Asks)
            foreach (var foreign in objects.Where(o => o.Foreign is not null))
                findings.Refuse(foreign.Manifest.Title, foreign.Foreign!, "rename or remove it, if it is not needed; it is left as it is");
        return await ReadyAsync(new()
        {
            Plane = plane,
            Around = around,
            Objects = objects,
            Problems = [.. findings.Problems],
            Warnings = [.. findings.Warnings],
        }, cancellationToken);
    }

    /// <summary>Makes the objects what they should be. Where there are problems, none is touched.</summary>
    /// <returns>The same view after it, with what was changed and with the conflicts that came up.</returns>
    public async Task<ExpansionView> ApplyAsync(ExpansionView view, CancellationToken cancellationToken)
    {
        if (view.Problems.Count > 0) return view;
        // The label comes first: a gateway that is there before its network has a name is taken for none.
        ExpandedObject[] shared = [.. view.Objects.Where(o => o.Manifest.IsShared)];
        var (applied, problems) = await EachAsync(shared, cancellationToken);
        var (others, more) = await EachAsync([.. view.Objects.Except(shared)], cancellationToken);
        ExpandedObject[] objects = [.. applied, .. others];
        return await ReadyAsync(view with
        {
            Objects = objects,
            Problems = [.. problems, .. more],
            Changed = [.. objects.Where(now => view.Objects.First(o => o.Manifest == now.Manifest).Version != now.Version).Select(o => o.Manifest.Title)],
        }, cancellationToken);
    }

    /// <summary>Removes what was made for the ControlPlane, and nothing else.</summary>
    /// <param name="systemNamespace">Its namespace.</param>
    /// <param name="uid">Its uid; null removes what Embark made for any.</param>
    /// <param name="strictly">True leaves what has no owner, since it was applied by hand.</param>
    /// <param name="cancellationToken">Stops between two objects.</param>
    /// <returns>Titles of what was removed.</returns>
    public async Task<IReadOnlyList<string>> RemoveAsync(string systemNamespace, string? uid, bool strictly, CancellationToken cancellationToken)
    {
        var objects = await LiveAsync(ExpansionManifests.Names(systemNamespace), uid, strictly, new(), cancellationToken);
        List<string> removed = [];
        // Routes first, the network's label last: nothing may point to what is no longer there.
        foreach (var made in objects.Where(o => o.IsMade).Reverse())
        {
            if (made.Manifest.IsShared) await LetGoAsync(made.Manifest, cancellationToken);
            else await client.DeleteAsync(made.Manifest.Kind, made.Manifest.Namespace, made.Manifest.Name, cancellationToken);
            removed.Add(made.Manifest.IsShared ? $"{made.Manifest.Title} label {ExpansionManifests.NetworkLabel}" : made.Manifest.Title);
        }
        return removed;
    }

    /// <summary>Applying nothing gives up the fields that were applied before.</summary>
    private async Task LetGoAsync(Manifest manifest, CancellationToken cancellationToken) =>
        await client.ApplyAsync(manifest.Kind, manifest.Namespace, manifest.Name, [], Ownership.FieldManager, cancellationToken);

    private async Task<IReadOnlyList<ExpandedObject>> LiveAsync(IReadOnlyList<Manifest> manifests, string? uid, bool strictly, Findings findings, CancellationToken cancellationToken) =>
        await Task.WhenAll(manifests.Select(async manifest =>
        {
            try
            {
                var live = await client.GetAsync(manifest.Kind, manifest.Namespace, manifest.Name, cancellationToken);
                return new ExpandedObject(manifest, live, live is null || manifest.IsShared ? null : Ownership.WhyForeign(live, uid, strictly));
            }
            catch (KubernetesException absent) when (absent.Failure == KubernetesFailure.NotFound)
            {
                lock (findings) findings.Refuse(manifest.Title, absent.Message, "install Istio first: its kinds are not there");
                return new ExpandedObject(manifest, null, null);
            }
        }));

    private async Task<(ExpandedObject[] Objects, Problem[] Problems)> EachAsync(ExpandedObject[] objects, CancellationToken cancellationToken)
    {
        var results = await Task.WhenAll(objects.Select(wanted => OneAsync(wanted, cancellationToken)));
        return ([.. results.Select(r => r.Object)], [.. results.Select(r => r.Problem).OfType<Problem>()]);
    }

    private async Task<(ExpandedObject Object, Problem? Problem)> OneAsync(ExpandedObject wanted, CancellationToken cancellationToken)
    {
        var manifest = wanted.Manifest;
        if (wanted.Live is { } there && _applied.TryGetValue(manifest.Title, out var last) && JsonNode.DeepEquals(last, manifest.Value) && Covers(there, manifest.Value)) return (wanted, null);
        try
        {
            var live = await client.ApplyAsync(manifest.Kind, manifest.Namespace, manifest.Name, manifest.Value, Ownership.FieldManager, cancellationToken);
            _applied[manifest.Title] = manifest.Value;
            return (wanted with { Live = live }, null);
        }
        catch (KubernetesException refused) when (refused.Failure is KubernetesFailure.Conflict or KubernetesFailure.Invalid or KubernetesFailure.NotFound)
        {
            var fix = refused.Failure == KubernetesFailure.Conflict
                ? $"undo that change, or give the field up; whose it is: kubectl get {manifest.Kind.Plural} {manifest.Name} -n {manifest.Namespace} -o yaml --show-managed-fields"
                : refused.Fix ?? "correct the ControlPlane";
            return (wanted, new Problem(manifest.Title, refused.Message, fix));
        }
    }

    /// <summary>True when all that is wanted stands there; what others added does not matter.</summary>
    private static bool Covers(JsonNode? live, JsonNode? wanted) => (live, wanted) switch
    {
        (JsonObject there, JsonObject map) => map.All(field => Covers(there[field.Key], field.Value)),
        (JsonArray there, JsonArray list) => there.Count == list.Count && list.Select((item, i) => Covers(there[i], item)).All(same => same),
        _ => JsonNode.DeepEquals(live, wanted),
    };

    private async Task<ExpansionView> ReadyAsync(ExpansionView view, CancellationToken cancellationToken) => !view.Plane.Asks ? view : ExpansionReadiness.Of(
        view, await Optional.OrNullAsync(client.GetAsync(CoreKinds.Services, view.Around.SystemNamespace, view.Around.IstiodService, cancellationToken)) is not null);
}
