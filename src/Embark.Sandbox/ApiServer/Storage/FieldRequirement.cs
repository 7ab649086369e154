using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>One requirement of a field selector, such as <c>status.phase!=Failed</c>.</summary>
internal sealed record FieldRequirement(string Field, bool Equal, string Value)
{
    // A real server serves a few fields per kind and refuses the rest; these are the ones that istiod, kubectl and Embark use.
    private static readonly HashSet<string> _served =
    [
        "metadata.name", "metadata.namespace", "type", "status.phase", "spec.nodeName", "spec.serviceAccountName", "spec.type",
        "involvedObject.name", "involvedObject.namespace", "involvedObject.kind", "involvedObject.uid", "reason",
    ];

    private readonly string[] _path = Field.Split('.');

    public static IReadOnlyList<FieldRequirement> Parse(string selector) =>
        [.. selector.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(One)];

    public bool Matches(JsonObject value) => ((value.Text(_path) ?? "") == Value) == Equal;

    private static FieldRequirement One(string text)
    {
        var sign = text.IndexOf('=', StringComparison.Ordinal);
        if (sign <= 0)
            throw Statuses.BadRequest($"invalid selector: '{text}'; can't understand '{text}'");
        var equal = text[sign - 1] != '!';
        var field = text[..(equal ? sign : sign - 1)];
        if (!_served.Contains(field))
            throw Statuses.BadRequest($"field label not supported: {field}");
        return new(field, equal, text[(sign + 1)..].TrimStart('='));
    }
}
