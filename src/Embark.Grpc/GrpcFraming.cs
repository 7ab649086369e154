using System.Buffers.Binary;
using Google.Protobuf;

namespace Embark.Grpc;

/// <summary>
/// The length-prefixed message of gRPC over HTTP/2: one byte of flags (0: not compressed), four bytes of length, big
/// endian, then the message. Source: PROTOCOL-HTTP2.md of the gRPC project, "Length-Prefixed-Message".
/// </summary>
internal static class GrpcFraming
{
    private const int HeaderLength = 5;

    /// <summary>Default limit of a received message, in bytes: 4 MiB, as gRPC servers have it.</summary>
    public const int DefaultMaxMessageLength = 4 * 1024 * 1024;

    /// <summary>One message as a frame, ready to be written at once.</summary>
    public static byte[] Frame(IMessage message)
    {
        var length = message.CalculateSize();
        var frame = new byte[HeaderLength + length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), length);
        message.WriteTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>Reads one message; null at a clean end of the stream.</summary>
    /// <exception cref="GrpcException">The frame is cut, compressed, or longer than <paramref name="maxLength"/>.</exception>
    public static async Task<T?> ReadAsync<T>(Stream stream, MessageParser<T> parser, int maxLength, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        var header = new byte[HeaderLength];
        var read = await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0)
            return null;
        if (read < HeaderLength)
            throw new GrpcException(GrpcStatus.Internal, "the stream ended in the middle of a message");
        if (header[0] != 0)
            throw new GrpcException(GrpcStatus.Unimplemented, "compressed messages are not supported");
        var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > maxLength)
            throw new GrpcException(GrpcStatus.ResourceExhausted, $"grpc: received message larger than max ({length} vs. {maxLength})");

        var payload = new byte[length];
        var got = await stream.ReadAtLeastAsync(payload, (int)length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (got < length)
            throw new GrpcException(GrpcStatus.Internal, "the stream ended in the middle of a message");
        try
        {
            return parser.ParseFrom(payload);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, $"not a {typeof(T).Name}: {e.Message}", e);
        }
    }
}
