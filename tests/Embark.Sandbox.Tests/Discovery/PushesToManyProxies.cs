using Embark.Sandbox.Istiod.Discovery.Serving;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class PushesToManyProxies
{
    [Fact(Timeout = 30_000)]
    public async Task Are_under_way_to_a_few_at_once()
    {
        var throttle = new PushThrottle(places: 2, Timeout.InfiniteTimeSpan, TimeProvider.System);
        var (running, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => throttle.RunAsync(async () =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        }, TestContext.Current.CancellationToken))));

        Assert.InRange(most, 1, 2);
    }

    [Fact(Timeout = 30_000)]
    public async Task Do_not_wait_for_one_who_takes_its_own_slowly()
    {
        var throttle = new PushThrottle(places: 1, TimeSpan.FromMilliseconds(1), TimeProvider.System);
        var slow = new TaskCompletionSource();
        var first = throttle.RunAsync(() => slow.Task, TestContext.Current.CancellationToken);

        await throttle.RunAsync(() => Task.CompletedTask, TestContext.Current.CancellationToken);

        Assert.False(first.IsCompleted);
        slow.SetResult();
        await first;
    }

    [Fact(Timeout = 30_000)]
    public async Task That_fail_give_their_place_back()
    {
        var throttle = new PushThrottle(places: 1, Timeout.InfiniteTimeSpan, TimeProvider.System);

        await Assert.ThrowsAsync<IOException>(() => throttle.RunAsync(() => Task.FromException(new IOException()), TestContext.Current.CancellationToken));
        await throttle.RunAsync(() => Task.CompletedTask, TestContext.Current.CancellationToken);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); seen < value;)
            if (Interlocked.CompareExchange(ref most, value, seen) is var now && now == seen)
                return;
            else
                seen = now;
    }
}
