using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.ApiServer.Serving;
using Embark.Sandbox.ApiServer.Storage;

namespace Embark.Sandbox.ApiServer.Tables;

/// <summary>Makes <c>meta.k8s.io/v1 Table</c>s, which kubectl prints as they are.</summary>
internal sealed class TableWriter(TimeProvider clock)
{
    public JsonObject Table(ApiResource resource, string version, IEnumerable<StoredObject> items, JsonObject meta, string? includeObject)
    {
        var now = clock.GetUtcNow();
        var columns = resource.IsCustom ? CustomColumns(resource) : BuiltInColumns.Of(resource.Id);
        return new()
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = meta,
            ["columnDefinitions"] = JsonText.ArrayOf(columns.Select(column => (JsonNode?)new JsonObject
            {
                ["name"] = column.Name,
                ["type"] = column.Type,
                ["format"] = column.Format,
                ["description"] = "",
                ["priority"] = column.Priority,
            })),
            ["rows"] = JsonText.ArrayOf(items.Select(item => (JsonNode?)new JsonObject
            {
                ["cells"] = JsonText.ArrayOf(columns.Select(column => column.Cell(item.Value, now))),
                ["object"] = includeObject switch
                {
                    "None" => null,
                    "Object" => item.As(resource.ApiVersion(version)).DeepClone(),
                    _ => Rendering.MetadataOf(item.Value),
                },
            })),
        };
    }

    private static Column[] CustomColumns(ApiResource resource)
    {
        var own = resource.PrinterColumns?.OfType<JsonObject>().Select(Custom) ?? [];
        return resource.PrinterColumns is { Count: > 0 } ? [Column.NameOf, .. own] : [Column.NameOf, Column.Age];
    }

    private static Column Custom(JsonObject column)
    {
        var path = column.Text("jsonPath") ?? "";
        var type = column.Text("type") ?? "string";
        return new(column.Text("name") ?? "", type == "date" ? "date" : type, Cell, (int)(column.Number("priority") ?? 0), column.Text("format") ?? "");

        JsonNode? Cell(JsonObject value, DateTimeOffset now)
        {
            var found = JsonPath.Find(value, path).ToArray();
            return (found, type) switch
            {
                ([], _) => null,
                (_, "date") => HumanAge.Since(found[0].Text(), now),
                (_, "integer" or "number" or "boolean") => found[0].DeepClone(),
                _ => string.Join(',', found.Select(node => node.GetValueKind() == JsonValueKind.String ? node.Text() : node.ToJsonString())),
            };
        }
    }
}
