using System.Threading.Channels;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>
/// Lets only so many proxies be pushed to at once (istiod: PILOT_PUSH_THROTTLE), so that what is under way to a whole fleet does not have to be
/// in memory at the same time. Whoever takes its push slowly gives its place to the next, and goes on without one.
/// </summary>
internal sealed class PushThrottle
{
    private readonly Channel<bool> _free = Channel.CreateUnbounded<bool>();
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;

    public PushThrottle(int places, TimeSpan patience, TimeProvider clock)
    {
        (_patience, _clock) = (patience, clock);
        for (var i = 0; i < places; i++)
            _free.Writer.TryWrite(true);
    }

    public async Task RunAsync(Func<Task> push, CancellationToken cancellationToken)
    {
        await _free.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        Task pushing;
        try
        {
            pushing = push();
            await pushing.WaitAsync(_patience, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _free.Writer.TryWrite(true);
        }

        await pushing.ConfigureAwait(false);
    }
}
