using System.Globalization;
using System.Text;

namespace Embark.Cli.Output;

/// <summary>
/// The one door to the terminal: whatever a VM or a cluster said, only printable text, line ends and tabs get through
/// (fault matrix row 113). Colours are written past it, by <see cref="Terminal"/> alone.
/// </summary>
internal sealed class EscapingWriter(TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        lock (inner)
        {
            var from = 0;
            for (var at = 0; at < buffer.Length; at++)
            {
                if (IsHarmless(buffer[at])) continue;
                inner.Write(buffer[from..at]);
                inner.Write($"\\u{(int)buffer[at]:x4}");
                from = at + 1;
            }
            inner.Write(buffer[from..]);
        }
    }

    public override void WriteLine() => Write("\n");

    public override void WriteLine(string? value) => Write(value + "\n");

    public override void Flush() => inner.Flush();

    private static bool IsHarmless(char c) => c is >= ' ' and < '\x7f' or '\n' or '\t' || (c > '\x7f' && char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
}
