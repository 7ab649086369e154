using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Objects;

/// <summary>Reads fields of Kubernetes objects, which are kept as JSON. A field of another type than asked for counts as absent.</summary>
internal static class ObjectFields
{
    extension(JsonNode? node)
    {
        public JsonNode? At(params ReadOnlySpan<string> path)
        {
            var current = node;
            foreach (var part in path)
                current = (current as JsonObject)?[part];
            return current;
        }

        public string? Text(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonValue value && value.TryGetValue(out string? text) ? text : null;

        public long? Number(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number) ? number : null;

        public bool Flag(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.True;

        public JsonObject? Object(params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

        public IEnumerable<JsonNode?> Items(params ReadOnlySpan<string> path) => node.At(path) as JsonArray ?? [];

        public IEnumerable<string> Texts(params ReadOnlySpan<string> path) =>
            node.Items(path).Select(item => item.Text()).OfType<string>().ToArray();
    }

    extension(JsonObject value)
    {
        public string Name => value.Text("metadata", "name") ?? "";

        public string Namespace => value.Text("metadata", "namespace") ?? "";

        public string Uid => value.Text("metadata", "uid") ?? "";

        public string ResourceVersion => value.Text("metadata", "resourceVersion") ?? "";

        /// <summary>The object under this name, made when absent.</summary>
        public JsonObject Ensure(string name)
        {
            if (value[name] is JsonObject found)
                return found;
            var made = new JsonObject();
            value[name] = made;
            return made;
        }

        public JsonObject Metadata => value.Ensure("metadata");

        /// <summary>Sets the field unless it is there.</summary>
        public void Default(string name, JsonNode? fallback)
        {
            if (value[name] is null)
                value[name] = fallback;
        }

        public JsonObject Copy() => (JsonObject)value.DeepClone();
    }

    extension(JsonArray items)
    {
        /// <summary>JsonArray.Add is generic and not safe to trim; this one is.</summary>
        public void Append(JsonNode? item) => items.Insert(items.Count, item);
    }
}
