using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Protobuf;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using YamlDotNet.Core;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Reads what the client sent: JSON, YAML, or protobuf for the kinds that kubectl sends so.</summary>
internal static class RequestBody
{
    public const string Json = "application/json";
    public const string Yaml = "application/yaml";

    public static string MediaType(HttpRequest request) => (request.ContentType ?? Json).Split(';')[0].Trim();

    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var type = MediaType(request);
        if (type is not (Json or Yaml or ProtobufObject.MediaType))
            throw Statuses.UnsupportedMediaType([Json, Yaml]);
        return await ReadNodeAsync(request, cancellationToken) as JsonObject ?? throw Statuses.BadRequest("expected an object in the body");
    }

    public static async Task<JsonNode?> ReadNodeAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(request, cancellationToken);
        try
        {
            if (MediaType(request) == ProtobufObject.MediaType && bytes.Length > 0)
                return ProtobufObject.Read(bytes) ?? throw Statuses.UnsupportedMediaType([Json, Yaml]);
            if (bytes.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..])
                return JsonText.Parse(bytes);
            var documents = YamlText.ParseDocuments(Encoding.UTF8.GetString(bytes));
            return documents.Count > 0 ? documents[0] : null;
        }
        catch (Exception wrong) when (wrong is JsonException or YamlException or InvalidOperationException or InvalidProtocolBufferException)
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
