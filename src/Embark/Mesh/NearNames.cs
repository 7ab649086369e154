namespace Embark.Mesh;

/// <summary>Finds what a mistyped name may have meant.</summary>
internal static class NearNames
{
    /// <summary>At most three names, nearest first, none more than a third of its letters away.</summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> known) =>
        [.. known.Select(k => (Name: k, Distance: Distance(name, k))).Where(k => k.Distance <= Math.Max(2, name.Length / 3))
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).Take(3).Select(k => k.Name)];

    /// <summary>Levenshtein's distance.</summary>
    public static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
