using System.Diagnostics;
using Embark.Ssh;

namespace Embark.Tests.Ssh;

public sealed class ShellQuoteTests
{
    [Theory(Timeout = 60_000)]
    [InlineData("plain", "plain")]
    [InlineData("a/b_c-d.e,f:g@h%i+j=k", "a/b_c-d.e,f:g@h%i+j=k")]
    [InlineData("", "''")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$(id)", "'$(id)'")]
    [InlineData("~", "'~'")]
    [InlineData("ü", "'ü'")]
    public Task Words_are_quoted_when_they_hold_anything_unusual(string word, string quoted)
    {
        Assert.Equal(quoted, ShellQuote.Quote(word));
        return Task.CompletedTask;
    }

    [Fact]
    public void A_nul_is_refused() => Assert.Throws<ArgumentException>(() => ShellQuote.Quote("a\0b"));

    [Theory(Timeout = 180_000)]
    [InlineData("dash")]
    [InlineData("bash")]
    [InlineData("busybox")]
    public async Task Any_text_comes_back_from_a_real_shell(string shell)
    {
        var random = new Random(7);
        const string Nasty = "aB0 \t\n'\"`$\\!*?[]{}()<>|&;#~=%^-üß\u202e\u001b\r";
        string[] words = [.. Enumerable.Range(0, 300).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 20)).Select(_ => Nasty[random.Next(Nasty.Length)])))];
        using var process = Process.Start(new ProcessStartInfo(shell, shell == "busybox" ? ["sh", "-s"] : ["-s"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.SkipWhen(process is null, $"needs {shell}");
        await process.StandardInput.WriteAsync($"printf '%s\\0' {ShellQuote.Join(words)}\n");
        process.StandardInput.Close();
        var answer = await process.StandardOutput.ReadToEndAsync();
        Assert.Equal(words, answer.Split('\0')[..^1]);
    }
}
