using System.Globalization;
using System.Text;

namespace Embark.Grpc;

/// <summary>
/// The text of <c>grpc-message</c>: UTF-8 bytes outside printable ASCII, and the percent sign, as %XX.
/// Source: PROTOCOL-HTTP2.md, "Status-Message".
/// </summary>
internal static class GrpcMessageText
{
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
            _ = b is >= 0x20 and <= 0x7E and not (byte)'%' ? encoded.Append((char)b) : encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        return encoded.ToString();
    }

    public static string Decode(string text) => Uri.UnescapeDataString(text);
}
