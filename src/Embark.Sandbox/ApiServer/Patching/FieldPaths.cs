using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>
/// The fields of an object as paths in the notation of FieldsV1: <c>f:name</c>, <c>k:{"key":"value"}</c>, <c>v:value</c>, parts joined
/// by a line feed. Only leaves count: scalars, empty maps, lists that are replaced whole, and a <c>.</c> for each merged list item.
/// </summary>
internal static class FieldPaths
{
    private const char Join = '\n';

    private static readonly HashSet<string> _unmanaged =
    [
        "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "managedFields",
        "deletionTimestamp", "deletionGracePeriodSeconds", "generateName",
    ];

    public static Dictionary<string, JsonNode?> Of(JsonObject value, JsonObject? schema)
    {
        var leaves = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, member) in value)
        {
            if (name == "metadata" && member is JsonObject meta)
                foreach (var (field, inner) in meta.Where(pair => !_unmanaged.Contains(pair.Key)))
                    Walk(inner, "f:metadata" + Join + "f:" + field, "metadata", field, schema, leaves);
            else if (name is not ("apiVersion" or "kind" or "metadata"))
                Walk(member, "f:" + name, "", name, schema, leaves);
        }
        return leaves;
    }

    public static JsonObject ToFieldsV1(IEnumerable<string> paths)
    {
        var root = new JsonObject();
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var node = root;
            foreach (var part in path.Split(Join))
                node = node.Ensure(part);
        }
        return root;
    }

    public static HashSet<string> FromFieldsV1(JsonObject? fields)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        Collect(fields ?? [], "", paths);
        return paths;
    }

    /// <summary>The path as kubectl shows it: <c>.spec.ports[port=80].name</c>.</summary>
    public static string Show(string path) => string.Concat(path.Split(Join).Select(part => part switch
    {
        "." => "",
        ['f', ':', .. var name] => $".{name}",
        ['k', ':', .. var keys] => $"[{string.Join(',', (JsonNode.Parse(keys) as JsonObject ?? []).Select(pair => $"{pair.Key}={pair.Value?.ToJsonString()}"))}]",
        _ => $"[={part[2..]}]",
    }));

    /// <summary>Removes the leaf, and parents that hold nothing after that.</summary>
    public static void Remove(JsonObject from, string path)
    {
        var parts = path.Split(Join);
        RemoveAt(from, parts[^1] == "." ? parts[..^1] : parts);
    }

    private static bool RemoveAt(JsonNode? node, ReadOnlySpan<string> parts)
    {
        var (part, last) = (parts[0], parts.Length == 1);
        if (node is JsonObject map && part.StartsWith("f:", StringComparison.Ordinal))
        {
            if (last || (map[part[2..]] is { } inner && RemoveAt(inner, parts[1..])))
                map.Remove(part[2..]);
            return map.Count == 0;
        }
        if (node is not JsonArray items)
            return false;
        var wanted = JsonNode.Parse(part[2..]);
        var index = items.ToList().FindIndex(item => part[0] == 'v'
            ? JsonNode.DeepEquals(item, wanted)
            : wanted!.AsObject().All(key => JsonNode.DeepEquals(MergeKeys.KeyOf(item, key.Key), key.Value)));
        if (index >= 0 && (last || RemoveAt(items[index], parts[1..])))
            items.RemoveAt(index);
        return items.Count == 0;
    }

    private static void Walk(JsonNode? node, string path, string parent, string name, JsonObject? schema, Dictionary<string, JsonNode?> leaves)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } map:
                var inside = parent == "metadata" ? null : schema.Object("properties", name) ?? schema.Object("additionalProperties");
                foreach (var (field, inner) in map)
                    Walk(inner, path + Join + "f:" + field, name, field, inside, leaves);
                break;
            case JsonArray { Count: > 0 } items when MergeKeys.Of(parent, name, schema) is { } keys:
                foreach (var item in items)
                    WalkItem(item, path + Join + Key(item, keys), name, schema.Object("properties", name, "items"), leaves);
                break;
            default:
                leaves[path] = node;
                break;
        }
    }

    private static void WalkItem(JsonNode? item, string path, string name, JsonObject? schema, Dictionary<string, JsonNode?> leaves)
    {
        leaves[path + Join + "."] = null;
        foreach (var (field, inner) in item as JsonObject ?? [])
            Walk(inner, path + Join + "f:" + field, name, field, schema, leaves);
    }

    private static string Key(JsonNode? item, IReadOnlyList<string> keys)
    {
        if (ReferenceEquals(keys, MergeKeys.Set))
            return "v:" + (item?.ToJsonString() ?? "null");
        var key = new JsonObject(keys.Select(name => KeyValuePair.Create(name, MergeKeys.KeyOf(item, name)?.DeepClone())).Where(pair => pair.Value is not null));
        return "k:" + key.ToJsonString();
    }

    private static void Collect(JsonObject node, string path, HashSet<string> paths)
    {
        foreach (var (part, inner) in node)
        {
            var here = path.Length == 0 ? part : path + Join + part;
            if (inner is JsonObject { Count: > 0 } map)
                Collect(map, here, paths);
            else
                paths.Add(here);
        }
    }
}
