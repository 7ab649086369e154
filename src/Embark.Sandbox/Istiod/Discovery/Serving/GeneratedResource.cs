using System.Buffers.Binary;
using System.Security.Cryptography;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>One resource as it travels, with a mark that changes when it does. The same object goes into the answers to many proxies.</summary>
internal sealed class GeneratedResource
{
    private GeneratedResource(string name, Any message)
    {
        (Name, Message) = (name, message);
        Enveloped = new Resource { Name = name, Resource_ = message };
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(message.Value.Span, hash);
        Mark = BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    public string Name { get; }

    /// <summary>For answers of the state of the world.</summary>
    public Any Message { get; }

    /// <summary>For incremental answers.</summary>
    public Resource Enveloped { get; }

    /// <summary>Half of a SHA-256 of its bytes.</summary>
    public UInt128 Mark { get; }

    public static GeneratedResource Packed(string type, string name, IMessage message) => new(name, new Any { TypeUrl = type, Value = message.ToByteString() });
}
