using System.Buffers;
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

    /// <summary>Writes one message as a frame, into the buffers of whoever sends it.</summary>
    public static void Write(IBufferWriter<byte> to, IMessage message)
    {
        var header = to.GetSpan(HeaderLength);
        header[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], message.CalculateSize());
        to.Advance(HeaderLength);
        message.WriteTo(to);
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

        var payload = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var got = await stream.ReadAtLeastAsync(payload.AsMemory(0, (int)length), (int)length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (got < length)
                throw new GrpcException(GrpcStatus.Internal, "the stream ended in the middle of a message");
            return parser.ParseFrom(payload, 0, (int)length); // keeps nothing of the buffer
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GrpcException(GrpcStatus.Internal, $"not a {typeof(T).Name}: {e.Message}", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(payload);
        }
    }
}
