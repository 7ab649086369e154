using System.Text;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Proxy.Listening;

/// <summary>What the first bytes of a connection tell: what Envoy's tls_inspector and http_inspector find out.</summary>
/// <param name="Hello">The TLS greeting; null when it is no TLS.</param>
/// <param name="ApplicationProtocols">ALPN offered, or what was recognised in clear: <c>http/1.0</c>, <c>http/1.1</c>, <c>h2c</c>.</param>
/// <param name="Seen">The bytes that were read.</param>
internal sealed record ConnectionLook(ClientHello? Hello, IReadOnlyList<string> ApplicationProtocols, ReadOnlyMemory<byte> Seen)
{
    private const int Longest = 64 * 1024;
    private static readonly byte[] s_http2Preface = "PRI * HTTP/2.0\r\n"u8.ToArray();

    public static ConnectionLook Nothing { get; } = new(null, [], default);

    public string TransportProtocol => Hello is null ? "raw_buffer" : "tls";

    /// <summary>Reads until it is clear; null when the client ended before that.</summary>
    public static async Task<ConnectionLook?> AtAsync(Stream stream, bool forHttp, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        for (var filled = 0; ;)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;
            filled += read;
            var seen = buffer.AsMemory(0, filled);
            switch (ClientHello.Look(seen.Span, out var hello))
            {
                case ClientHelloLook.Read:
                    return new ConnectionLook(hello, hello!.ApplicationProtocols, seen);
                case ClientHelloLook.NotTls when !forHttp:
                    return new ConnectionLook(null, [], seen);
                case ClientHelloLook.NotTls when HttpVersion(seen.Span) is { } version:
                    return new ConnectionLook(null, version.Length > 0 ? [version] : [], seen);
            }

            if (filled >= Longest)
                return new ConnectionLook(null, [], seen);
            if (filled == buffer.Length)
                Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    // Null: more bytes are needed. Empty: not HTTP.
    internal static string? HttpVersion(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(s_http2Preface))
            return "h2c";
        if (s_http2Preface.AsSpan().StartsWith(bytes))
            return null;
        var line = bytes.IndexOf((byte)'\n');
        if (line < 0)
            return bytes.Length > 8192 || bytes[0] is < (byte)'A' or > (byte)'Z' ? "" : null;
        var first = Encoding.ASCII.GetString(bytes[..line]).TrimEnd('\r');
        return first.EndsWith(" HTTP/1.1", StringComparison.Ordinal) ? "http/1.1" : first.EndsWith(" HTTP/1.0", StringComparison.Ordinal) ? "http/1.0" : "";
    }
}
