using System.Buffers;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>POSIX quoting, in the one place that does it.</summary>
public static class ShellQuote
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-");

    /// <summary>The word as a shell reads it back: as it is when it needs no quotes, else in single quotes.</summary>
    public static string Word(string word) =>
        word.Length > 0 && !word.AsSpan().ContainsAnyExcept(Plain) ? word : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Words of one command.</summary>
    public static string Command(IEnumerable<string> words) => string.Join(' ', words.Select(Word));

    /// <summary>The command as a dry run shows it: placeholders stay readable.</summary>
    internal static string Shown(IEnumerable<string> words) => string.Join(' ', words.Select(word =>
    {
        var known = Placeholder.Any().Replace(word, "0").Replace(Placeholder.Directory, "0", StringComparison.Ordinal);
        return known == Word(known) ? word : Word(word);
    }));
}
