using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Resources;

/// <summary>Schemas of built-in kinds, from a shorthand: a type name, a list of one, fields by name, <c>*</c> for any name, <c>any</c>.</summary>
internal static class BuiltInSchemas
{
    private static readonly Lazy<JsonObject> _shorthand = new(() => EmbeddedYaml.Read("schemas/builtin.yaml")[0]);

    /// <summary>Null when any field is taken.</summary>
    public static JsonObject? Of(string plural)
    {
        if (_shorthand.Value.Object(plural) is not { } fields)
            return null;
        var schema = Expand(fields);
        var properties = schema.Ensure("properties");
        properties["apiVersion"] = Type("string");
        properties["kind"] = Type("string");
        properties["metadata"] = Type("object");
        return schema;
    }

    private static JsonObject Expand(JsonNode? shorthand) => shorthand switch
    {
        JsonArray items => new() { ["type"] = "array", ["nullable"] = true, ["items"] = Expand(items[0]) },
        JsonObject map when map["*"] is { } each => new() { ["type"] = "object", ["nullable"] = true, ["additionalProperties"] = Expand(each) },
        JsonObject map => new()
        {
            ["type"] = "object",
            ["nullable"] = true,
            ["properties"] = new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Expand(pair.Value)))),
        },
        _ when shorthand.Text() == "any" => new() { ["x-kubernetes-preserve-unknown-fields"] = true },
        _ when shorthand.Text() == "int-or-string" => new() { ["x-kubernetes-int-or-string"] = true },
        _ => Type(shorthand.Text() ?? "string"),
    };

    private static JsonObject Type(string name) => new() { ["type"] = name, ["nullable"] = true };
}
