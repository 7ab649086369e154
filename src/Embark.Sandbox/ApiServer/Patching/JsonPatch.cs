using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>JSON patch, RFC 6902.</summary>
internal static class JsonPatch
{
    public static JsonObject Apply(JsonObject target, JsonArray patch)
    {
        JsonNode? root = target;
        foreach (var operation in patch)
            root = Step(root, operation);
        return root as JsonObject ?? throw Statuses.BadRequest("the patched document is not an object");
    }

    private static JsonNode? Step(JsonNode? root, JsonNode? operation)
    {
        var path = operation.Text("path") ?? throw Statuses.BadRequest("jsonpatch operation without a path");
        switch (operation.Text("op"))
        {
            case "add":
                return Add(root, path, operation.At("value")?.DeepClone());
            case "remove":
                return Remove(root, path, out _);
            case "replace":
                return path.Length == 0 ? operation.At("value")?.DeepClone() : Add(Remove(root, path, out _), path, operation.At("value")?.DeepClone());
            case "move":
                var without = Remove(root, operation.Text("from") ?? "", out var moved);
                return Add(without, path, moved);
            case "copy":
                return Add(root, path, Get(root, operation.Text("from") ?? "")?.DeepClone());
            case "test" when JsonNode.DeepEquals(Get(root, path), operation.At("value")):
                return root;
            case "test":
                throw new StatusException(422, "Invalid", $"the server rejected our request due to an error in our request: testing value {path} failed");
            default:
                throw Statuses.BadRequest($"Unexpected kind: {operation.Text("op")}");
        }
    }

    private static JsonNode? Get(JsonNode? root, string path) => Parts(path).Aggregate(root, (node, part) => node switch
    {
        JsonObject map when map.ContainsKey(part) => map[part],
        JsonArray items when int.TryParse(part, out var index) && index < items.Count => items[index],
        _ => throw Missing(path),
    });

    private static JsonNode? Add(JsonNode? root, string path, JsonNode? value)
    {
        if (path.Length == 0)
            return value;
        var (parent, last) = Split(root, path);
        switch (parent)
        {
            case JsonObject map:
                map[last] = value;
                break;
            case JsonArray items when last == "-":
                items.Append(value);
                break;
            case JsonArray items when int.TryParse(last, out var index) && index <= items.Count:
                items.Insert(index, value);
                break;
            default:
                throw Missing(path);
        }
        return root;
    }

    private static JsonNode? Remove(JsonNode? root, string path, out JsonNode? removed)
    {
        var (parent, last) = Split(root, path);
        switch (parent)
        {
            case JsonObject map when map.ContainsKey(last):
                removed = map[last];
                map.Remove(last);
                break;
            case JsonArray items when int.TryParse(last, out var index) && index < items.Count:
                removed = items[index];
                items.RemoveAt(index);
                break;
            default:
                throw Missing(path);
        }
        return root;
    }

    private static (JsonNode? Parent, string Last) Split(JsonNode? root, string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash < 0)
            throw Missing(path);
        return (Get(root, path[..slash]), Unescape(path[(slash + 1)..]));
    }

    private static IEnumerable<string> Parts(string path) => path.Length == 0 ? [] : path.Split('/').Skip(1).Select(Unescape);

    private static string Unescape(string part) =>
        part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    private static StatusException Missing(string path) => new(
        422, "Invalid", $"the server rejected our request due to an error in our request: path {path} does not exist");
}
