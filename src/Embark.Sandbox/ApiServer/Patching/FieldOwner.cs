using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Patching;

/// <summary>One entry of metadata.managedFields.</summary>
internal sealed record FieldOwner(string Manager, string Operation, string Subresource)
{
    public string ApiVersion { get; set; } = "";

    public string Time { get; set; } = "";

    public HashSet<string> Paths { get; init; } = new(StringComparer.Ordinal);

    public static List<FieldOwner> Of(JsonObject value) => [.. value.Items("metadata", "managedFields").OfType<JsonObject>()
        .Where(entry => entry.ContainsKey("manager"))
        .Select(entry => new FieldOwner(entry.Text("manager") ?? "", entry.Text("operation") ?? "Update", entry.Text("subresource") ?? "")
        {
            ApiVersion = entry.Text("apiVersion") ?? "",
            Time = entry.Text("time") ?? "",
            Paths = FieldPaths.FromFieldsV1(entry.Object("fieldsV1")),
        })];

    public static void Write(JsonObject value, IEnumerable<FieldOwner> owners)
    {
        var entries = owners.Where(owner => owner.Paths.Count > 0).Select(owner => (JsonNode?)owner.ToJson()).ToArray();
        if (entries.Length == 0)
            value.Metadata.Remove("managedFields");
        else
            value.Metadata["managedFields"] = JsonText.ArrayOf(entries);
    }

    public bool Is(string manager, string operation, string subresource) => Manager == manager && Operation == operation && Subresource == subresource;

    private JsonObject ToJson()
    {
        var entry = new JsonObject
        {
            ["manager"] = Manager,
            ["operation"] = Operation,
            ["apiVersion"] = ApiVersion,
            ["time"] = Time,
            ["fieldsType"] = "FieldsV1",
            ["fieldsV1"] = FieldPaths.ToFieldsV1(Paths),
        };
        if (Subresource.Length > 0)
            entry["subresource"] = Subresource;
        return entry;
    }
}
