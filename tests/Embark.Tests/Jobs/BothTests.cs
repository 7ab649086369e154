namespace Embark.Tests.Jobs;

/// <summary>Two things at once.</summary>
public sealed class BothTests
{
    private static InvalidInputException Refused(string where, FailureClass failure = FailureClass.BadInput) => new("mesh", [new Problem(where, "is wrong", "mend it")], failure);

    [Fact(Timeout = 30_000)]
    public async Task Gives_both_results() =>
        Assert.Equal((1, "two"), await Both.Async(_ => Task.FromResult(1), _ => Task.FromResult("two"), CancellationToken.None));

    [Fact(Timeout = 30_000)]
    public async Task Failure_stops_the_other_and_is_thrown()
    {
        var stopped = false;
        var failure = await Assert.ThrowsAsync<EmbarkException>(() => Both.Async<int, int>(
            _ => Task.FromException<int>(new EmbarkException(FailureClass.ClusterUnavailable, "down")),
            async token =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    stopped = token.IsCancellationRequested;
                }
                return 0;
            }, CancellationToken.None));

        Assert.Equal(FailureClass.ClusterUnavailable, failure.Failure);
        Assert.True(stopped);
    }

    [Fact(Timeout = 30_000)]
    public async Task Problems_of_both_are_told_at_once()
    {
        var failure = await Assert.ThrowsAsync<InvalidInputException>(() => Both.Async<int, int>(
            async _ =>
            {
                await Task.Delay(20, CancellationToken.None);
                throw Refused("entry");
            }, _ => Task.FromException<int>(Refused("values")), CancellationToken.None));

        Assert.Equal(["entry", "values"], failure.Problems.Select(problem => problem.Where));
        Assert.Equal("mesh: 2 problems", failure.Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task Earlier_failure_wins_over_a_later_one_of_another_class()
    {
        var failure = await Assert.ThrowsAsync<InvalidInputException>(() => Both.Async<int, int>(
            _ => Task.FromException<int>(Refused("entry")),
            async _ =>
            {
                await Task.Delay(20, CancellationToken.None);
                throw Refused("disk", FailureClass.VmNotReady);
            }, CancellationToken.None));

        Assert.Equal(FailureClass.BadInput, failure.Failure);
    }
}
