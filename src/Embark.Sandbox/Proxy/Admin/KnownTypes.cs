using System.Collections;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Proxy.Admin;

/// <summary>Makes a message fit for JSON: an Any of a type that the registry lacks stops the formatter, so its type's name stands in its place.</summary>
internal static class KnownTypes
{
    public static IMessage Only(IMessage message, TypeRegistry types)
    {
        var copy = message.Descriptor.Parser.ParseFrom(message.ToByteString());
        Clean(copy, types);
        return copy;
    }

    private static void Clean(IMessage message, TypeRegistry types)
    {
        if (message is Any any)
        {
            Replace(any, types);
            return;
        }
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder().Where(f => f.FieldType == FieldType.Message))
        {
            var values = field.Accessor.GetValue(message) switch
            {
                IDictionary map => map.Values,
                IList list => list,
                null => (IEnumerable)Array.Empty<object>(),
                var one => new[] { one },
            };
            foreach (var value in values.OfType<IMessage>()) Clean(value, types);
        }
    }

    private static void Replace(Any any, TypeRegistry types)
    {
        if (any.TypeUrl.Length == 0) return;
        var name = Any.GetTypeName(any.TypeUrl);
        IMessage known = types.Find(name) is { } descriptor ? descriptor.Parser.ParseFrom(any.Value) : new StringValue { Value = $"{name}: not shown" };
        Clean(known, types);
        any.TypeUrl = $"type.googleapis.com/{known.Descriptor.FullName}";
        any.Value = known.ToByteString();
    }
}
