using System.Globalization;
using System.Text;

namespace Embark.Ssh;

/// <summary>Text that came from a VM or a server, made harmless for a terminal.</summary>
public static class RemoteText
{
    /// <summary>
    /// The text with every character that could steer a terminal or turn the reading order written as <c>\xNN</c> or
    /// <c>\u{NNNN}</c>. Line ends stay; tabs become spaces.
    /// </summary>
    public static string Printable(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == '\n')
                result.Append('\n');
            else if (rune.Value == '\t')
                result.Append("    ");
            else if (rune.Value < 0x20 || rune.Value is >= 0x7f and < 0xa0)
                result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}");
            else if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                result.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            else
                result.Append(rune);
        }
        return result.ToString();
    }

    /// <summary>The last lines of a text, made harmless, at most <paramref name="characters"/> long.</summary>
    internal static string Tail(string text, int characters)
    {
        var printable = Printable(text.Replace("\r\n", "\n", StringComparison.Ordinal)).Trim('\n', ' ');
        return printable.Length <= characters ? printable : "…" + printable[^(characters - 1)..];
    }
}
