using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>What objects and MeshConfig write in more than one way. A field of another kind counts as absent.</summary>
internal static class JsonReading
{
    private static readonly Dictionary<string, string> None = [];

    extension(JsonNode? node)
    {
        /// <summary>A string as it is; numbers and booleans in their JSON form.</summary>
        public string? Scalar(params ReadOnlySpan<string> path) => node.At(path) switch
        {
            JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
            JsonValue value => value.ToJsonString(),
            _ => null,
        };

        /// <summary>A whole number, also when quoted.</summary>
        public int? Int(params ReadOnlySpan<string> path) =>
            int.TryParse(node.Scalar(path), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

        /// <summary>Null when neither true nor false was written.</summary>
        public bool? Choice(params ReadOnlySpan<string> path) => bool.TryParse(node.Scalar(path), out var choice) ? choice : null;

        public IReadOnlyDictionary<string, string> Map(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonObject map ? map.ToDictionary(member => member.Key, member => member.Value.Scalar() ?? "") : None;
    }
}
