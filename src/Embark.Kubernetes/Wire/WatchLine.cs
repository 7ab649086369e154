using System.Text.Json;

namespace Embark.Kubernetes.Wire;

/// <summary>One line of a watch, read once: its type, its object, and the version to go on from.</summary>
internal readonly ref struct WatchLine
{
    private WatchLine(string? type, ReadOnlySpan<byte> value, string? resourceVersion)
    {
        Type = type;
        Value = value;
        ResourceVersion = resourceVersion;
    }

    /// <summary>ADDED, MODIFIED, DELETED, BOOKMARK or ERROR.</summary>
    public string? Type { get; }

    /// <summary>JSON of the object; of a Status when the type is ERROR.</summary>
    public ReadOnlySpan<byte> Value { get; }

    public string? ResourceVersion { get; }

    /// <summary>Throws <see cref="JsonException"/> where the text is no event.</summary>
    public static WatchLine Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        string? type = null;
        ReadOnlySpan<byte> value = default;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("no watch event");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isType = reader.ValueTextEquals("type"u8);
            var isObject = reader.ValueTextEquals("object"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isType && reader.TokenType == JsonTokenType.String)
                type = reader.GetString();
            else if (isObject)
                value = json[start..(int)reader.BytesConsumed];
        }

        if (type is null || value.IsEmpty)
            throw new JsonException("a watch event without type or object");
        return new WatchLine(type, value, JsonSerializer.Deserialize(value, WireJson.Default.AnyObject)?.Metadata?.ResourceVersion);
    }
}
