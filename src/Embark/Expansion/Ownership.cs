using System.Text.Json.Nodes;
using System.Text.Json;

namespace Embark.Expansion;

/// <summary>Which objects of the cluster are ours: by label, by owner, and by who owns a field.</summary>
public static class Ownership
{
    /// <summary>Owner of the fields that are applied, the same for command line and controller, so that they agree.</summary>
    public const string FieldManager = "embark-mesh-expansion";

    /// <summary>Finds what Embark made.</summary>
    public const string Selector = $"{ManagedBy}={Embark}";

    internal const string ManagedBy = "app.kubernetes.io/managed-by";

    internal const string Embark = "embark";

    internal static JsonObject Labels() => new() { [ManagedBy] = Embark, ["app.kubernetes.io/part-of"] = Embark };

    /// <summary>Null when the object is ours, and so may be changed and removed; else why it is not.</summary>
    /// <param name="live">The object as it is in the cluster.</param>
    /// <param name="uid">Of the ControlPlane that asks; null for none.</param>
    /// <param name="strictly">True: what has no owner, since it was applied by hand, is not ours either.</param>
    internal static string? WhyForeign(JsonObject live, string? uid, bool strictly = false)
    {
        var metadata = live["metadata"] as JsonObject;
        if (Text(metadata?["labels"]?[ManagedBy]) != Embark) return $"exists and was not made by Embark (it has no label {Selector})";
        var owner = (metadata?["ownerReferences"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(o => o["controller"]?.GetValueKind() == JsonValueKind.True);
        if (owner is null) return strictly ? "was applied by hand" : null;
        return uid is null || Text(owner["uid"]) == uid ? null : $"belongs to {Printable.Text(Text(owner["kind"]) ?? "another object")} {Printable.Text(Text(owner["name"]) ?? "")}";
    }

    /// <summary>True when we applied that label of the object.</summary>
    internal static bool AppliedLabel(JsonObject live, string label) =>
        Managers(live).Any(m => m["fieldsV1"]?["f:metadata"]?["f:labels"]?[$"f:{label}"] is not null);

    private static IEnumerable<JsonObject> Managers(JsonObject live) =>
        (live["metadata"]?["managedFields"] as JsonArray ?? []).OfType<JsonObject>().Where(m => Text(m["manager"]) == FieldManager && Text(m["operation"]) == "Apply");

    internal static string? Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
