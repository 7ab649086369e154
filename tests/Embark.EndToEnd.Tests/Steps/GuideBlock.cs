using System.Text.RegularExpressions;

namespace Embark.EndToEnd.Tests.Steps;

/// <summary>One command block of a guide, and what the page says it prints.</summary>
/// <param name="Line">Its line in the page.</param>
/// <param name="Kind">Word after <c>sh</c>: <c>vm</c>, <c>background</c>, or nothing.</param>
/// <param name="Text">Its commands.</param>
/// <param name="Prints">Lines that must be printed, in this order; <c>…</c> stands for anything.</param>
internal sealed partial record GuideBlock(int Line, string Kind, string Text, IReadOnlyList<string> Prints)
{
    public static IReadOnlyList<GuideBlock> In(string page) =>
    [
        .. Block().Matches(page).Select(match => new GuideBlock(
            page[..match.Index].Count(c => c == '\n') + 1, match.Groups["kind"].Value.Trim(), match.Groups["text"].Value,
            [.. match.Groups["prints"].Value.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)])),
    ];

    /// <summary>Null when the output has all that the page shows; else the first line that is missing.</summary>
    public string? MissingIn(string output)
    {
        // Columns are as wide as their contents.
        var (seen, from) = (Blanks().Replace(output, " "), 0);
        foreach (var line in Prints)
        {
            var at = from;
            foreach (var part in line.Split('…', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var found = seen.IndexOf(Blanks().Replace(part, " "), at, StringComparison.Ordinal);
                if (found < 0) return line;
                at = found + 1;
            }
            from = at;
        }
        return null;
    }

    [GeneratedRegex("^```sh(?<kind>[^\n]*)\n(?<text>.*?)^```\n(```text\n(?<prints>.*?)^```\n)?", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex("[ \t]+")]
    private static partial Regex Blanks();
}
