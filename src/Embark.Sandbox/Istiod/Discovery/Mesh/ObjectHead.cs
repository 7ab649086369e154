using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>What every object carries and discovery asks for.</summary>
internal sealed record ObjectHead(
    string Namespace, string Name, IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations,
    DateTimeOffset Created)
{
    public static ObjectHead Of(JsonObject from) => new(
        from.Text("metadata", "namespace") ?? "", from.Text("metadata", "name") ?? "",
        from.Map("metadata", "labels"), from.Map("metadata", "annotations"),
        DateTimeOffset.TryParse(from.Text("metadata", "creationTimestamp"), CultureInfo.InvariantCulture, out var created) ? created : default);

    /// <summary>Older first, then by name: the order in which istiod prefers and lists objects.</summary>
    public static int ByAge(ObjectHead one, ObjectHead other)
    {
        var byTime = one.Created.CompareTo(other.Created);
        if (byTime != 0)
            return byTime;
        var byName = string.CompareOrdinal(one.Name, other.Name);
        return byName != 0 ? byName : string.CompareOrdinal(one.Namespace, other.Namespace);
    }
}
