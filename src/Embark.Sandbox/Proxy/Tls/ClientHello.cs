using System.Buffers.Binary;
using System.Text;

namespace Embark.Sandbox.Proxy.Tls;

/// <summary>How far a look at the first bytes of a connection came.</summary>
internal enum ClientHelloLook
{
    /// <summary>More bytes are needed to tell.</summary>
    NeedsMore,

    /// <summary>It is no TLS.</summary>
    NotTls,

    /// <summary>The whole ClientHello was read.</summary>
    Read,
}

/// <summary>What a TLS client asks for before anything is answered: server name and application protocols (RFC 8446, 4.1.2).</summary>
internal sealed record ClientHello(string? ServerName, IReadOnlyList<string> ApplicationProtocols)
{
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const int LongestHello = 64 * 1024;

    /// <summary>Reads what there is so far of a connection.</summary>
    public static ClientHelloLook Look(ReadOnlySpan<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        if (bytes.Length == 0)
            return ClientHelloLook.NeedsMore;
        if (bytes[0] != HandshakeRecord || (bytes.Length > 1 && bytes[1] != 3))
            return ClientHelloLook.NotTls;

        // A hello may be cut into several records: join their payloads.
        var message = new List<byte>(bytes.Length);
        while (bytes.Length >= 5)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            if (bytes[0] != HandshakeRecord || length == 0 || message.Count > LongestHello)
                return ClientHelloLook.NotTls;
            var available = Math.Min(length, bytes.Length - 5);
            message.AddRange(bytes.Slice(5, available));
            if (Whole(message) is { } body)
            {
                hello = Parse(body);
                return hello is null ? ClientHelloLook.NotTls : ClientHelloLook.Read;
            }

            if (available < length)
                return ClientHelloLook.NeedsMore;
            bytes = bytes[(5 + length)..];
        }

        return ClientHelloLook.NeedsMore;
    }

    private static byte[]? Whole(List<byte> message)
    {
        if (message.Count < 4)
            return null;
        var length = (message[1] << 16) | (message[2] << 8) | message[3];
        return message.Count >= 4 + length ? [.. message[..(4 + length)]] : null;
    }

    private static ClientHello? Parse(byte[] message)
    {
        if (message[0] != ClientHelloMessage)
            return null;
        try
        {
            var rest = new Reader(message.AsSpan(4));
            rest.Skip(2 + 32);              // legacy_version, random
            rest.Skip(rest.Byte());         // legacy_session_id
            rest.Skip(rest.UInt16());       // cipher_suites
            rest.Skip(rest.Byte());         // legacy_compression_methods
            if (rest.IsEmpty)
                return new ClientHello(null, []);
            var extensions = new Reader(rest.Take(rest.UInt16()));
            string? name = null;
            List<string> protocols = [];
            while (!extensions.IsEmpty)
            {
                var type = extensions.UInt16();
                var data = new Reader(extensions.Take(extensions.UInt16()));
                if (type == 0)              // server_name (RFC 6066)
                    name = ServerNameOf(data);
                else if (type == 16)        // application_layer_protocol_negotiation (RFC 7301)
                    for (data = new Reader(data.Take(data.UInt16())); !data.IsEmpty;)
                        protocols.Add(Encoding.ASCII.GetString(data.Take(data.Byte())));
            }

            return new ClientHello(name, protocols);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // lengths that lie
        }
    }

    private static string? ServerNameOf(Reader list)
    {
        if (list.IsEmpty)
            return null;
        for (var names = new Reader(list.Take(list.UInt16())); !names.IsEmpty;)
        {
            var type = names.Byte();
            var name = names.Take(names.UInt16());
            if (type == 0)
                return Encoding.ASCII.GetString(name);
        }

        return null;
    }

    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool IsEmpty => _rest.IsEmpty;

        public int Byte() => Take(1)[0];

        public int UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

        public void Skip(int count) => Take(count);

        public ReadOnlySpan<byte> Take(int count)
        {
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }
    }
}
