using System.Text.Json;

namespace Embark.Mesh;

/// <summary>Reads members of foreign JSON by path; only what is read is typed.</summary>
internal static class JsonPath
{
    /// <summary>Null when any part of the path is absent or null.</summary>
    public static JsonElement? At(JsonElement root, string path)
    {
        var at = root;
        foreach (var part in path.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part, out at)) return null;
        }
        return at.ValueKind == JsonValueKind.Null ? null : at;
    }
}
