using System.Diagnostics;

namespace Embark.EndToEnd.Tests;

/// <summary>Waits for what the sandbox will do, with a long deadline.</summary>
internal static class Wait
{
    /// <summary>How long it took; says what it waited for when it never comes.</summary>
    public static async Task<TimeSpan> UntilAsync(string what, Func<Task<bool>> condition, int seconds = 60)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(seconds)) Assert.Fail($"not within {seconds} s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        return Stopwatch.GetElapsedTime(started);
    }
}
