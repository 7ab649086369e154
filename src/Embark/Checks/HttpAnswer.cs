using System.Globalization;
using System.Text;

namespace Embark.Checks;

/// <summary>One answer of an HTTP server as a tool on the VM brought it: head and all.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body as text.</param>
internal sealed record HttpAnswer(int Status, string Body)
{
    /// <summary>Null for what is no answer.</summary>
    public static HttpAnswer? Read(byte[] raw)
    {
        var text = Encoding.Latin1.GetString(raw);
        if (!text.StartsWith("HTTP/1.", StringComparison.Ordinal) || text.Length < 12 || !int.TryParse(text.AsSpan(9, 3), CultureInfo.InvariantCulture, out var status)) return null;
        var (end, gap) = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var crlf ? (crlf, 4) : (text.IndexOf("\n\n", StringComparison.Ordinal), 2);
        if (end < 0) return new HttpAnswer(status, "");
        var body = text[(end + gap)..];
        var chunked = text[..end].Contains("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase);
        // wget takes the chunks apart and keeps the header.
        return new HttpAnswer(status, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(chunked ? Joined(body) ?? body : body)));
    }

    private static string? Joined(string body)
    {
        var whole = new StringBuilder(body.Length);
        for (var at = 0; at < body.Length;)
        {
            var line = body.IndexOf("\r\n", at, StringComparison.Ordinal);
            if (line < 0 || !int.TryParse(body.AsSpan(at, line - at), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0) return null;
            at = line + 2;
            if (length == 0) break;
            whole.Append(body, at, Math.Min(length, body.Length - at));
            at += length + 2;
        }
        return whole.ToString();
    }
}
