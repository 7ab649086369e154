using System.Globalization;
using System.Text;

namespace Embark;

/// <summary>Makes foreign text safe for a terminal and a log: no control, formatting or direction characters (reliability row 113).</summary>
internal static class Printable
{
    /// <summary>On one line; what is longer than <paramref name="limit"/> characters is cut and its length told.</summary>
    public static string Text(string value, int limit = 200)
    {
        var shown = value.Length > limit ? value[..limit] : value;
        var text = new StringBuilder(shown.Length);
        foreach (var c in shown) Append(text, c);
        if (shown.Length < value.Length) text.Append(CultureInfo.InvariantCulture, $"… ({value.Length} characters)");
        return text.ToString();
    }

    /// <summary>Lines as they are, with everything else escaped.</summary>
    public static string Lines(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            if (c is '\n' or '\t') text.Append(c);
            else Append(text, c);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, char c)
    {
        if (c == '\n') text.Append("\\n");
        else if (c == '\r') text.Append("\\r");
        else if (c == '\t') text.Append("\\t");
        else if (char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                 or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse)
            text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        else text.Append(c);
    }
}
