using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>Label and field selector of a list or watch, both as kubectl writes them.</summary>
internal sealed record Selector(IReadOnlyList<LabelRequirement> Labels, IReadOnlyList<FieldRequirement> Fields)
{
    public static Selector Parse(string? labels, string? fields) => new(LabelRequirement.Parse(labels ?? ""), FieldRequirement.Parse(fields ?? ""));

    public bool IsEmpty => Labels.Count == 0 && Fields.Count == 0;

    public bool Matches(JsonObject value)
    {
        if (Fields.Any(field => !field.Matches(value)))
            return false;
        if (Labels.Count == 0)
            return true;
        var labels = value.Object("metadata", "labels");
        return Labels.All(label => label.Matches(labels));
    }
}
