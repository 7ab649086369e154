using System.Buffers;

namespace Embark.Ssh;

/// <summary>The one place where a value becomes a word of a POSIX shell.</summary>
public static class ShellQuote
{
    private static readonly SearchValues<char> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-");

    /// <summary>The word as it is when it is harmless, else in single quotes. A NUL cannot be a part of any word and is refused.</summary>
    public static string Quote(string word)
    {
        if (word.Contains('\0'))
            throw new ArgumentException("a shell word cannot hold a NUL character", nameof(word));
        if (word.Length > 0 && word.AsSpan().IndexOfAnyExcept(Plain) < 0)
            return word;
        return $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
    }

    /// <summary>Several words, quoted, one space between.</summary>
    public static string Join(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));
}
