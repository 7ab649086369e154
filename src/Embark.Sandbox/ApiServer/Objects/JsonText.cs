using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Objects;

/// <summary>JSON as the API server reads and writes it.</summary>
internal static class JsonText
{
    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false, MaxDepth = 100 };

    // Go's encoder writes quotes and non-ASCII letters as they are; tokens and shell lines stay readable in kubectl's output.
    private static readonly JsonWriterOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject ParseObject(ReadOnlySpan<byte> utf8) =>
        JsonNode.Parse(utf8, documentOptions: _strict) as JsonObject ?? throw new JsonException("expected a JSON object");

    public static JsonNode? Parse(ReadOnlySpan<byte> utf8) => JsonNode.Parse(utf8, documentOptions: _strict);

    public static byte[] Write(JsonNode node)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, _plain))
            node.WriteTo(writer);
        return buffer.ToArray();
    }

    /// <summary>Makes every lazily parsed part real, so that many threads may read the node.</summary>
    public static void Settle(JsonNode? node)
    {
        if (node is JsonObject map)
            foreach (var (_, value) in map)
                Settle(value);
        else if (node is JsonArray list)
            foreach (var item in list)
                Settle(item);
    }

    public static JsonArray ArrayOf(IEnumerable<string> values) => new([.. values.Select(value => (JsonNode?)JsonValue.Create(value))]);

    public static JsonArray ArrayOf(IEnumerable<JsonNode?> values) => new([.. values]);
}
