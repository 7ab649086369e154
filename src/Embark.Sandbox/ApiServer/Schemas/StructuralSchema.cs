using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Schemas;

/// <summary>
/// The structural schema of a CustomResourceDefinition: unknown fields, defaults, types and value rules.
/// CEL rules (<c>x-kubernetes-validations</c>) are not evaluated.
/// </summary>
internal static class StructuralSchema
{
    /// <summary>Removes fields that the schema does not know and collects their paths.</summary>
    public static void Prune(JsonObject value, JsonObject schema, List<string> unknown)
    {
        foreach (var name in value.Select(pair => pair.Key).Except(["apiVersion", "kind", "metadata"]).ToArray())
            PruneMember(value, name, schema, "", unknown);
    }

    /// <summary>Sets absent fields that have a default.</summary>
    public static void Default(JsonNode? value, JsonObject schema)
    {
        if (value is JsonArray items && schema["items"] is JsonObject each)
            foreach (var item in items)
                Default(item, each);
        if (value is not JsonObject map)
            return;
        foreach (var (name, property) in schema.Object("properties") ?? [])
        {
            if (property?["default"] is { } fallback && !map.ContainsKey(name))
                map[name] = fallback.DeepClone();
            if (map[name] is { } member && property is JsonObject rule)
                Default(member, rule);
        }
        if (schema["additionalProperties"] is JsonObject other)
            foreach (var (_, member) in map)
                Default(member, other);
    }

    public static void Validate(JsonObject value, JsonObject schema, string path, List<FieldError> errors)
    {
        foreach (var required in schema.Texts("required").Where(name => !value.ContainsKey(name)))
            errors.Add(FieldError.Required(Join(path, required)));
        foreach (var (name, property) in schema.Object("properties") ?? [])
            if (name != "metadata" && property is JsonObject rule && value.TryGetPropertyValue(name, out var member))
                SchemaRules.Check(member, rule, Join(path, name), errors);
    }

    internal static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static void PruneMember(JsonObject value, string name, JsonObject schema, string path, List<string> unknown)
    {
        var here = Join(path, name);
        if (schema.Object("properties", name) is { } known)
            PruneNode(value[name], known, here, unknown);
        else if (schema["additionalProperties"] is JsonObject other)
            PruneNode(value[name], other, here, unknown);
        else if (!schema.Flag("additionalProperties") && !schema.Flag("x-kubernetes-preserve-unknown-fields"))
        {
            unknown.Add(here);
            value.Remove(name);
        }
    }

    private static void PruneNode(JsonNode? node, JsonObject schema, string path, List<string> unknown)
    {
        if (node is JsonObject map)
        {
            foreach (var name in map.Select(pair => pair.Key).ToArray())
                PruneMember(map, name, schema, path, unknown);
        }
        else if (node is JsonArray items && schema["items"] is JsonObject each)
            for (var i = 0; i < items.Count; i++)
                PruneNode(items[i], each, $"{path}[{i}]", unknown);
    }
}
