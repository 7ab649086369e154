using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>Short spellings of free-form values and of small messages that occur everywhere.</summary>
internal static class Structs
{
    public static Struct Of(params ReadOnlySpan<(string Key, Value Value)> fields)
    {
        var made = new Struct();
        foreach (var (key, value) in fields)
            made.Fields[key] = value;
        return made;
    }

    public static Struct Of(string key, string value) => Of((key, Value.ForString(value)));

    public static Metadata Metadata(params ReadOnlySpan<(string Key, Struct Value)> filters)
    {
        var made = new Metadata();
        foreach (var (key, value) in filters)
            made.FilterMetadata[key] = value;
        return made;
    }

    public static Address Address(string address, int port) =>
        new() { SocketAddress = new SocketAddress { Address = address, PortValue = (uint)port } };

    /// <summary>Resources that come by the same stream.</summary>
    public static ConfigSource Ads() => new()
    {
        Ads = new AggregatedConfigSource(), InitialFetchTimeout = Zero(), ResourceApiVersion = ApiVersion.V3,
    };

    public static Duration Zero() => new();
}
