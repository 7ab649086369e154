using Embark.Cli.Options;

namespace Embark.EndToEnd.Tests.CommandLine;

/// <summary>Durations are read as Go reads them.</summary>
public sealed class Durations
{
    [Theory(Timeout = 15_000)]
    [InlineData("24h0m0s", 86_400)]
    [InlineData("1.5h", 5_400)]
    [InlineData("300ms", 0.3)]
    [InlineData("1h15m30.5s", 4_530.5)]
    [InlineData("-1m", -60)]
    [InlineData("0", 0)]
    public async Task Are_understood(string text, double seconds)
    {
        await Task.CompletedTask;
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(seconds, duration.TotalSeconds, 3);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("1d")]
    [InlineData("h")]
    [InlineData("1 h")]
    [InlineData("1..2s")]
    [InlineData("999999999999999h")]
    public async Task Are_refused(string text)
    {
        await Task.CompletedTask;
        Assert.False(GoDuration.TryParse(text, out _));
    }
}
