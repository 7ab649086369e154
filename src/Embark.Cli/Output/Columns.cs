namespace Embark.Cli.Output;

/// <summary>Rows of texts under their titles, each column as wide as its widest text.</summary>
internal static class Columns
{
    public static void Write(TextWriter output, IReadOnlyList<string> titles, IEnumerable<IReadOnlyList<string>> rows)
    {
        // What came over the network stays in its cell, whatever it is.
        string[][] all = [[.. titles], .. rows.Select(row => row.Select(OnOneLine).ToArray())];
        var widths = titles.Select((_, column) => all.Max(row => row[column].Length) + 3).ToArray();
        foreach (var row in all) output.WriteLine(string.Concat(row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
    }

    private static string OnOneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString()));
}
