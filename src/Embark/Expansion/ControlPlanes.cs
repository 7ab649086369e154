using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Expansion;

/// <summary>Finds the ControlPlane of a mesh, asks for mesh expansion in it, and takes that back; makes one that nobody ever made.</summary>
/// <param name="client">The cluster.</param>
/// <param name="systemNamespace">Namespace of istiod.</param>
public sealed class ControlPlanes(KubernetesClient client, string systemNamespace)
{
    private static readonly TimeSpan DefinitionLimit = TimeSpan.FromSeconds(30);

    /// <summary>That of the name; without a name the only one, else the one that asks, else the one of the usual name. Null when there is none.</summary>
    /// <exception cref="InvalidInputException">Several, and none of them is the one.</exception>
    public async Task<ControlPlane?> FindAsync(string? name, CancellationToken cancellationToken)
    {
        var all = await Optional.OrNullAsync(client.ListAsync(ControlPlane.Kind, systemNamespace, ListOptions.All, cancellationToken), cancellationToken) ?? [];
        if (name is not null) return all.FirstOrDefault(p => p.Metadata.Name == name);
        if (all.Count < 2) return all is [var only] ? only : null;
        return Chosen(all) ?? throw new InvalidInputException("ControlPlane",
            [new($"Namespace {systemNamespace}", $"several ControlPlanes are here: {string.Join(", ", all.Select(p => p.Metadata.Name))}", "name one with --control-plane")]);
    }

    /// <summary>Of several in one namespace: the oldest that asks, since there is one gateway; else the one of the usual name.</summary>
    public static ControlPlane? Chosen(IEnumerable<ControlPlane> all) =>
        all.Where(p => p.Asks).OrderBy(p => p.Metadata.CreationTimestamp).ThenBy(p => p.Metadata.Name, StringComparer.Ordinal).FirstOrDefault()
        ?? all.FirstOrDefault(p => p.Metadata.Name == ControlPlane.UsualName);

    /// <summary>Asks for mesh expansion: in the one given, else in a new one; teaches the cluster the kind where it does not know it.</summary>
    /// <returns>The ControlPlane, and a line for each thing that was done.</returns>
    public async Task<(ControlPlane Plane, IReadOnlyList<string> Done)> AskAsync(ControlPlane? plane, string? name, CancellationToken cancellationToken)
    {
        if (plane?.Asks == true) return (plane, []);
        var ask = new JsonObject { ["meshExpansion"] = new JsonObject() };
        if (plane is not null)
            return (await client.PatchAsync(ControlPlane.Kind, systemNamespace, plane.Metadata.Name!, new() { ["spec"] = ask }, cancellationToken), [$"ControlPlane {plane.Name}: spec.meshExpansion"]);
        List<string> done = [];
        if ((await client.ServedVersionsAsync(ControlPlane.Kind.Group, cancellationToken)).Contains(ControlPlane.Kind.Version) is false)
        {
            await DefineAsync(cancellationToken);
            done.Add($"CustomResourceDefinition {ControlPlaneDefinition.Name}");
        }
        var made = new ControlPlane(new() { Name = name ?? ControlPlane.UsualName, Namespace = systemNamespace, Labels = Ownership.Labels().ToDictionary(l => l.Key, l => l.Value!.GetValue<string>()) }, ask, null);
        plane = await client.CreateAsync(ControlPlane.Kind, systemNamespace, made, cancellationToken);
        return (plane, [.. done, $"ControlPlane {plane.Name}"]);
    }

    /// <summary>Takes it back; removes the ControlPlane too when Embark made it and nobody else says anything in it.</summary>
    public async Task<string?> StopAskingAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        var ours = plane.Metadata.Labels?.GetValueOrDefault(Ownership.ManagedBy) == Ownership.Embark && plane.Spec?.All(field => field.Key == "meshExpansion") != false;
        if (ours)
        {
            await client.DeleteAsync(ControlPlane.Kind, systemNamespace, plane.Metadata.Name!, cancellationToken);
            return $"ControlPlane {plane.Name}";
        }
        if (plane.MeshExpansion is null) return null;
        await client.PatchAsync(ControlPlane.Kind, systemNamespace, plane.Metadata.Name!, new() { ["spec"] = new JsonObject { ["meshExpansion"] = null } }, cancellationToken);
        return $"ControlPlane {plane.Name}: spec.meshExpansion";
    }

    private async Task DefineAsync(CancellationToken cancellationToken)
    {
        await client.ApplyAsync(Manifest.Definitions, null, ControlPlaneDefinition.Name, ControlPlaneDefinition.Read(), Ownership.FieldManager, cancellationToken);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(DefinitionLimit);
        try
        {
            while (await Optional.OrNullAsync(client.ListAsync(ControlPlane.Kind, systemNamespace, ListOptions.All, limit.Token), limit.Token) is null)
                await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new EmbarkException(FailureClass.ClusterUnavailable, $"the cluster does not serve {ControlPlaneDefinition.Name} {DefinitionLimit.TotalSeconds:0} s after it was defined", $"see: kubectl describe crd {ControlPlaneDefinition.Name}");
        }
    }
}
