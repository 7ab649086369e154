using System.Collections;
using System.Reflection;
using System.Text.Json.Nodes;
using Embark.Sandbox.Istiod.Discovery;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>Messages as trees: for readable differences, and for what our own .proto files do not know.</summary>
internal static class ProtoTree
{
    public static readonly TypeRegistry Types = TypeRegistry.FromFiles(
        from type in typeof(ProxyNode).Assembly.GetTypes()
        where type.Namespace?.StartsWith("Embark.Sandbox.Istiod.Protos", StringComparison.Ordinal) == true && type.Name.EndsWith("Reflection", StringComparison.Ordinal)
        select (FileDescriptor)type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!);

    private static readonly JsonFormatter Formatter = new(new JsonFormatter.Settings(formatDefaultValues: false, Types));

    public static readonly JsonParser Parser = new(new JsonParser.Settings(100, Types).WithIgnoreUnknownFields(true));

    public static JsonNode Of(IMessage message) => JsonNode.Parse(Formatter.Format(message))!;

    /// <summary>Every place where the two differ, as <c>path: recorded, ours</c>.</summary>
    public static IEnumerable<string> Differences(JsonNode? recorded, JsonNode? ours, string path = "$") => (recorded, ours) switch
    {
        (JsonObject one, JsonObject other) => one.Select(member => member.Key).Union(other.Select(member => member.Key))
            .SelectMany(key => Differences(one[key], other[key], $"{path}.{key}")),
        (JsonArray one, JsonArray other) => Enumerable.Range(0, Math.Max(one.Count, other.Count))
            .SelectMany(i => Differences(i < one.Count ? one[i] : null, i < other.Count ? other[i] : null, $"{path}[{i}]")),
        _ when JsonNode.DeepEquals(recorded, ours) => [],
        _ => [$"{path}: recorded {recorded?.ToJsonString() ?? "nothing"}, ours {ours?.ToJsonString() ?? "nothing"}"],
    };

    /// <summary>Types, with their place, whose bytes hold a field that our .proto files lack, through every nested Any.</summary>
    public static IEnumerable<string> Unknown(MessageParser parser, ByteString bytes, string path)
    {
        var known = parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        // What was discarded is missing when written again: the recorded bytes are in canonical form.
        if (known.CalculateSize() != bytes.Length)
            yield return $"{path}: {known.Descriptor.FullName}";
        foreach (var (any, place) in Anys(known, path))
            foreach (var unknown in Types.Find(Any.GetTypeName(any.TypeUrl)) is { } type ? Unknown(type.Parser, any.Value, place) : [$"{place}: no type {any.TypeUrl}"])
                yield return unknown;
    }

    private static IEnumerable<(Any Any, string Path)> Anys(IMessage message, string path)
    {
        if (message is Any any)
            return [(any, path)];
        return from field in message.Descriptor.Fields.InDeclarationOrder()
               from value in Values(field.Accessor.GetValue(message))
               from found in Anys(value, $"{path}.{field.Name}")
               select found;
    }

    private static IEnumerable<IMessage> Values(object? value) => value switch
    {
        IMessage one => [one],
        IDictionary map => map.Values.OfType<IMessage>(),
        IEnumerable many and not string => many.OfType<IMessage>(),
        _ => [],
    };
}
