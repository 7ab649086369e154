using Embark.Ssh;

namespace Embark.Tests.Ssh;

/// <summary>Asserts on connections that must not come about.</summary>
internal static class Failing
{
    /// <summary>Opens, expects a failure of that class with all words in message and fix, and gives it back.</summary>
    public static async Task<EmbarkException> AsAsync(FailureClass failure, SshTarget target, SshOptions options, params string[] words)
    {
        var thrown = await Assert.ThrowsAnyAsync<EmbarkException>(async () =>
        {
            await using var session = await SshSession.OpenAsync(target, options, TestContext.Current.CancellationToken);
        });
        var text = $"{thrown.Message}\n{thrown.Fix}";
        Assert.True(thrown.Failure == failure, $"{thrown.Failure} instead of {failure}: {text}");
        Assert.All(words, word => Assert.Contains(word, text, StringComparison.OrdinalIgnoreCase));
        Assert.Contains(target.Host, text);
        return thrown;
    }

    public static Task<EmbarkException> AsAsync(FailureClass failure, SshServer server, SshOptions options, params string[] words) =>
        AsAsync(failure, server.Target, options, words);
}
