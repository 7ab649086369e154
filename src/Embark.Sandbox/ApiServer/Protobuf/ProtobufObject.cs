using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Google.Protobuf;

namespace Embark.Sandbox.ApiServer.Protobuf;

/// <summary>
/// Objects in the protobuf form of Kubernetes: four magic bytes, then <c>runtime.Unknown</c> around the message.
/// Answers are always JSON, which such clients read as well.
/// </summary>
internal static class ProtobufObject
{
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    /// <summary>Null when it is no protobuf object, or one of a kind that only JSON is taken for.</summary>
    public static JsonObject? Read(byte[] body)
    {
        if (!body.AsSpan().StartsWith("k8s\0"u8))
            return null;
        var (apiVersion, kind, raw) = ("", "", ByteString.Empty);
        foreach (var (number, value) in Fields(body.AsMemory(4)))
        {
            if (number == 1)
                foreach (var (inner, text) in Fields(value))
                    (apiVersion, kind) = inner == 1 ? (Text(text), kind) : (apiVersion, Text(text));
            else if (number == 2)
                raw = ByteString.CopyFrom(value.Span);
        }
        if (ProtobufFields.Of(kind) is not { } fields)
            return null;
        var result = Message(raw.Memory, fields);
        (result["apiVersion"], result["kind"]) = (apiVersion, kind);
        return result;
    }

    private static JsonObject Message(ReadOnlyMemory<byte> bytes, IReadOnlyDictionary<int, ProtobufField> fields)
    {
        var result = new JsonObject();
        foreach (var (number, value) in Fields(bytes))
        {
            if (!fields.TryGetValue(number, out var field))
                continue;
            if (field.Type is "map" or "ymap")
                Entry(result.Ensure(field.Name), value, field.Type == "ymap");
            else if (Value(field, value) is { } read)
                Put(result, field, read);
        }
        return result;
    }

    private static void Put(JsonObject result, ProtobufField field, JsonNode value)
    {
        if (!field.Repeated)
            result[field.Name] = value;
        else if (result[field.Name] is JsonArray items)
            items.Append(value);
        else
            result[field.Name] = new JsonArray(value);
    }

    // Go writes empty texts, zeroes and empty messages; JSON leaves them out.
    private static JsonNode? Value(ProtobufField field, ReadOnlyMemory<byte> value)
    {
        switch (field.Type)
        {
            case "s":
                var text = Text(value);
                return text.Length > 0 || field.KeepsEmpty ? text : null;
            case "i":
                var number = Number(value);
                return number != 0 || field.KeepsEmpty ? number : null;
            case "b":
                var flag = Number(value) != 0;
                return flag || field.KeepsEmpty ? flag : null;
            case "y":
                return Convert.ToBase64String(value.Span);
            case "time":
                var seconds = Fields(value).Where(part => part.Number == 1).Select(part => Number(part.Value)).FirstOrDefault();
                return seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            case "int-or-string":
                var parts = Fields(value).ToDictionary(part => part.Number, part => part.Value);
                return Number(parts.GetValueOrDefault(1)) == 1 ? Text(parts.GetValueOrDefault(3)) : Number(parts.GetValueOrDefault(2));
            default:
                var inner = Message(value, ProtobufFields.Of(field.Type)!);
                return inner.Count > 0 || field.KeepsEmpty ? inner : null;
        }
    }

    private static void Entry(JsonObject map, ReadOnlyMemory<byte> entry, bool bytes)
    {
        var parts = Fields(entry).ToDictionary(part => part.Number, part => part.Value);
        var value = parts.GetValueOrDefault(2);
        map[Text(parts.GetValueOrDefault(1))] = bytes ? Convert.ToBase64String(value.Span) : Text(value);
    }

    /// <summary>Fields in order; a number comes as eight bytes.</summary>
    private static IEnumerable<(int Number, ReadOnlyMemory<byte> Value)> Fields(ReadOnlyMemory<byte> bytes)
    {
        var input = new CodedInputStream(bytes.ToArray());
        while (input.ReadTag() is var tag and not 0)
        {
            var number = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    yield return (number, BitConverter.GetBytes(input.ReadInt64()));
                    break;
                case WireFormat.WireType.LengthDelimited:
                    yield return (number, input.ReadBytes().Memory);
                    break;
                default:
                    input.SkipLastField();
                    break;
            }
        }
    }

    private static string Text(ReadOnlyMemory<byte> value) => System.Text.Encoding.UTF8.GetString(value.Span);

    private static long Number(ReadOnlyMemory<byte> value) => value.Length == 8 ? BitConverter.ToInt64(value.Span) : 0;
}
