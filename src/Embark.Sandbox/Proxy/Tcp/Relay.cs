namespace Embark.Sandbox.Proxy.Tcp;

/// <summary>Passes bytes both ways until both sides are done.</summary>
internal static class Relay
{
    public static async Task BothWaysAsync(Stream a, Stream b, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] ways = [OneWayAsync(a, b, end.Token), OneWayAsync(b, a, end.Token)];
        try
        {
            await (await Task.WhenAny(ways).ConfigureAwait(false)).ConfigureAwait(false);
            await Task.WhenAll(ways).WaitAsync(HalfOpen, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The other half had nothing more to say either.
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>How long one half may stay open after the other has ended.</summary>
    private static readonly TimeSpan HalfOpen = TimeSpan.FromMinutes(5);

    private static async Task OneWayAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            await to.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        HalfClose.Send(to);
    }
}
