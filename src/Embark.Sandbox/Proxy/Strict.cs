using Embark.Sandbox.Proxy.Listening;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Proxy;

/// <summary>Messages on which security depends: a field that is not known refuses them.</summary>
internal static class Strict
{
    /// <exception cref="ConfigurationRejectedException">Something in it is not known.</exception>
    public static T Unpack<T>(Any any, MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        var known = parser.WithDiscardUnknownFields(true).ParseFrom(any.Value);
        // Whatever was discarded is missing in the size; what is known has the same size in every order.
        return known.CalculateSize() == parser.ParseFrom(any.Value).CalculateSize()
            ? known
            : throw new ConfigurationRejectedException($"{known.Descriptor.Name} has settings that are not supported");
    }
}
