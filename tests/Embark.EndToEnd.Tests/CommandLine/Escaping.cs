using Embark.Cli.Output;

namespace Embark.EndToEnd.Tests.CommandLine;

/// <summary>What a VM or a cluster says cannot steer the terminal.</summary>
public sealed class Escaping
{
    [Theory(Timeout = 15_000)]
    [InlineData("\e]0;title\a", "\\u001b]0;title\\u0007")]
    [InlineData("\e[2J", "\\u001b[2J")]
    [InlineData("safe\r\nline", "safe\\u000d\nline")]
    [InlineData("\u202etxt.exe", "\\u202etxt.exe")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("Grüße\t…\n", "Grüße\t…\n")]
    public async Task X113_Control_characters_are_shown_not_obeyed(string said, string shown)
    {
        await using var text = new StringWriter();
        await using var writer = new EscapingWriter(text);
        foreach (var write in new Action[] { () => writer.Write(said), () => writer.Write(said.AsSpan()), () => writer.Write(said.ToCharArray(), 0, said.Length) })
        {
            text.GetStringBuilder().Clear();
            write();
            Assert.Equal(shown, text.ToString());
        }
    }

    [Fact(Timeout = 15_000)]
    public async Task Transcripts_side_by_side_are_printed_one_after_the_other()
    {
        await using var text = new StringWriter();
        var transcripts = new OrderedTranscripts(text, 3);
        await transcripts.For(2).WriteAsync("c1 ");
        await transcripts.For(0).WriteAsync("a1 ");
        await transcripts.For(1).WriteAsync("b1 ");
        transcripts.End(2);
        await transcripts.For(0).WriteAsync("a2 ");
        transcripts.End(0);
        await transcripts.For(1).WriteAsync("b2 ");
        transcripts.End(1);

        Assert.Equal("a1 a2 b1 b2 c1 ", text.ToString());
    }
}
