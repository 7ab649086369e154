using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Kubernetes.Wire;

/// <summary>Objects as the API wants them: with apiVersion and kind, which our records leave out.</summary>
internal static class TypedJson
{
    public static byte[] Write<T>(ResourceKind<T> kind, T value)
        where T : class => Bytes(Named(kind, null, null, (JsonObject)JsonSerializer.SerializeToNode(value, kind.Json)!));

    /// <summary>A copy that says what it is, and (where given) its name and namespace.</summary>
    public static JsonObject Named<T>(ResourceKind<T> kind, string? @namespace, string? name, JsonObject value)
        where T : class
    {
        var named = new JsonObject { ["apiVersion"] = kind.ApiVersion, ["kind"] = kind.Kind };
        foreach (var (key, child) in value)
        {
            if (key is not ("apiVersion" or "kind"))
                named[key] = child?.DeepClone();
        }

        if (name is null)
            return named;
        if (named["metadata"] is not JsonObject metadata)
            named["metadata"] = metadata = [];
        metadata["name"] = name;
        if (@namespace is not null && kind.Namespaced)
            metadata["namespace"] = @namespace;
        return named;
    }

    /// <summary>Makes a patch fail with 409 when the object is no longer of this version.</summary>
    public static void RequireVersion(JsonObject patch, string? resourceVersion)
    {
        if (patch["metadata"] is not JsonObject metadata)
            patch["metadata"] = metadata = [];
        metadata["resourceVersion"] = resourceVersion;
    }

    public static byte[] Bytes(JsonObject value)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
            value.WriteTo(writer);
        return bytes.ToArray();
    }

    /// <summary>True when the text is one JSON object, whatever it holds.</summary>
    public static bool IsObject(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            while (reader.Read())
            {
                // Only its end is of interest.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
