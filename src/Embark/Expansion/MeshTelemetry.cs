using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Expansion;

/// <summary>Reads and makes the change of the mesh's ConfigMap that makes sidecars send telemetry.</summary>
/// <param name="client">The cluster.</param>
/// <param name="around">Which mesh.</param>
public sealed class MeshTelemetry(KubernetesClient client, ExpansionSurroundings around)
{
    /// <summary>Name of the ConfigMap with the mesh's configuration.</summary>
    public string ConfigMapName { get; } = $"istio{Revisions.Suffix(around.Revision ?? "")}";

    /// <summary>What is to be changed; null when the ConfigMap is not there or may not be read.</summary>
    public async Task<TelemetryChange?> LookAsync(CancellationToken cancellationToken)
    {
        var map = await Optional.OrNullAsync(client.GetAsync(CoreKinds.ConfigMaps, around.SystemNamespace, ConfigMapName, cancellationToken));
        return map is null ? null : TelemetryChange.To(map.Data?.GetValueOrDefault("mesh") ?? "", around.SystemNamespace);
    }

    /// <summary>Makes the change, if nobody changes the ConfigMap meanwhile.</summary>
    /// <exception cref="InvalidInputException">The configuration says something else already; nothing was changed.</exception>
    public async Task<TelemetryChange> ApplyAsync(CancellationToken cancellationToken)
    {
        TelemetryChange? made = null;
        var subject = $"ConfigMap {around.SystemNamespace}/{ConfigMapName}";
        var map = await client.ChangeAsync(CoreKinds.ConfigMaps, around.SystemNamespace, ConfigMapName, current =>
        {
            made = TelemetryChange.To(current.Data?.GetValueOrDefault("mesh") ?? "", around.SystemNamespace);
            if (made.Problems.Count > 0) throw new InvalidInputException(subject, made.Problems);
            return made.Fields.Count == 0 ? null : new JsonObject { ["data"] = new JsonObject { ["mesh"] = made.Text } };
        }, cancellationToken);
        return map is null ? throw new InvalidInputException(subject, [new(subject, "does not exist", "install Istio, or name its revision in spec.meshExpansion.revision")]) : made!;
    }
}
