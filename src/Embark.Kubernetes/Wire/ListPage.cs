using System.Text.Json;

namespace Embark.Kubernetes.Wire;

/// <summary>One page of a list, read item by item so that only the item's own JSON contract is needed.</summary>
internal sealed record ListPage<T>(IReadOnlyList<T> Items, IReadOnlyList<string> Keys, string? ResourceVersion, string? Continue)
    where T : class
{
    /// <summary>True when the list began anew with this page: what came before is no part of it.</summary>
    public bool Anew { get; init; }

    /// <summary>Throws <see cref="JsonException"/> where the text is no list.</summary>
    public static ListPage<T> Read(ReadOnlySpan<byte> json, ResourceKind<T> kind)
    {
        var reader = new Utf8JsonReader(json);
        List<T> items = [];
        List<string> keys = [];
        ListMeta? metadata = null;
        string? listKind = null;
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject, "no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("items"u8))
            {
                ReadItems(ref reader, json, kind, items, keys);
            }
            else if (reader.ValueTextEquals("metadata"u8))
            {
                reader.Read();
                metadata = JsonSerializer.Deserialize(ref reader, WireJson.Default.ListMeta);
            }
            else if (reader.ValueTextEquals("kind"u8))
            {
                reader.Read();
                listKind = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        Expect(listKind is not null && listKind.EndsWith("List", StringComparison.Ordinal), "no list");
        return new ListPage<T>(items, keys, metadata?.ResourceVersion, string.IsNullOrEmpty(metadata?.Continue) ? null : metadata.Continue);
    }

    private static void ReadItems(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ResourceKind<T> kind, List<T> items, List<string> keys)
    {
        reader.Read();
        // Go writes an empty list as null where it was never made.
        if (reader.TokenType == JsonTokenType.Null)
            return;
        Expect(reader.TokenType == JsonTokenType.StartArray, "items is no array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var start = (int)reader.TokenStartIndex;
            items.Add(JsonSerializer.Deserialize(ref reader, kind.Json) ?? throw new JsonException("an item is null"));
            keys.Add(ObjectKey.Read(json[start..(int)reader.BytesConsumed]));
        }
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
            throw new JsonException(otherwise);
    }
}
