using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Microsoft.AspNetCore.Http;
using YamlDotNet.Core;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Reads what the client sent: JSON, or YAML where that is allowed. Protobuf is refused with 415, so clients fall back to JSON.</summary>
internal static class RequestBody
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";

    public static string MediaType(HttpRequest request) => (request.ContentType ?? Json).Split(';')[0].Trim();

    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = MediaType(request);
        if (type is not (Json or Yaml))
            throw Statuses.UnsupportedMediaType([Json, Yaml]);
        return await ReadNodeAsync(request, cancellationToken) as JsonObject ?? throw Statuses.BadRequest("expected an object in the body");
    }

    public static async Task<JsonNode?> ReadNodeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(request, cancellationToken);
        try
        {
            if (bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
                return JsonText.Parse(bytes);
            var documents = YamlText.ParseDocuments(Encoding.UTF8.GetString(bytes));
            return documents.Count > 0 ? documents[0] : null;
        }
        catch (Exception wrong) when (wrong is JsonException or YamlException or InvalidOperationException)
        {
            throw Statuses.BadRequest($"couldn't parse the body of the request: {wrong.Message}");
        }
    }

    /// <summary>DeleteOptions; null when there is no body.</summary>
    public static async Task<JsonObject?> ReadOptionalAsync(HttpRequest request, CancellationToken cancellationToken) =>
        await ReadNodeAsync(request, cancellationToken) as JsonObject;

    private static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return buffer.ToArray();
    }
}
