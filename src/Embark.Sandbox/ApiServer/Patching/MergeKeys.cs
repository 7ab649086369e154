using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>
/// Which lists are merged item by item, and by which members. For custom kinds the schema says it; for built-in kinds this
/// table, taken from the patchMergeKey and listMapKey marks in k8s.io/api. Any other list is replaced whole.
/// </summary>
internal static class MergeKeys
{
    /// <summary>Marks a list of plain values that is merged as a set.</summary>
    public static readonly IReadOnlyList<string> Set = [""];

    // The member by which a strategic merge patch finds an item comes first; server-side apply uses all of them.
    private static readonly Dictionary<(string Parent, string Field), IReadOnlyList<string>> _known = new()
    {
        [("metadata", "ownerReferences")] = ["uid"],
        [("metadata", "finalizers")] = Set,
        [("spec", "ports")] = ["port", "protocol"],
        [("spec", "containers")] = ["name"],
        [("spec", "initContainers")] = ["name"],
        [("spec", "volumes")] = ["name"],
        [("spec", "imagePullSecrets")] = ["name"],
        [("spec", "hostAliases")] = ["ip"],
        [("spec", "finalizers")] = Set,
        [("containers", "ports")] = ["containerPort", "protocol"],
        [("containers", "env")] = ["name"],
        [("containers", "volumeMounts")] = ["mountPath"],
        [("initContainers", "env")] = ["name"],
        [("initContainers", "volumeMounts")] = ["mountPath"],
        [("status", "conditions")] = ["type"],
        [("status", "addresses")] = ["type"],
        [("status", "podIPs")] = ["ip"],
        [("", "imagePullSecrets")] = ["name"],
        [("", "secrets")] = ["name"],
        [("", "webhooks")] = ["name"],
    };

    /// <summary>Null for a list that is replaced whole.</summary>
    public static IReadOnlyList<string>? Of(string parent, string field, JsonObject? schema)
    {
        if (schema is null || parent == "metadata")
            return _known.GetValueOrDefault((parent, field));
        var list = schema.Object("properties", field);
        return list.Text("x-kubernetes-list-type") switch
        {
            "map" => [.. list.Texts("x-kubernetes-list-map-keys")],
            "set" => Set,
            _ => null,
        };
    }

    public static bool SameItem(JsonNode? one, JsonNode? other, IReadOnlyList<string> keys) => ReferenceEquals(keys, Set)
        ? JsonNode.DeepEquals(one, other)
        : keys.All(key => JsonNode.DeepEquals(KeyOf(one, key), KeyOf(other, key)));

    /// <summary>An item's value of a key; protocol has a default, so an item may leave it out.</summary>
    public static JsonNode? KeyOf(JsonNode? item, string key) => item.At(key) ?? (key == "protocol" ? JsonValue.Create("TCP") : null);
}
