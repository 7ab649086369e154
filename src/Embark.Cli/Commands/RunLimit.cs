using Embark.Kubernetes;

namespace Embark.Cli.Commands;

/// <summary><c>--timeout</c>: ends one VM's turn in good order when its time is over, and at once when that does not help.</summary>
internal sealed class RunLimit : IDisposable
{
    /// <summary>Time for finishing or undoing what was begun.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private readonly TimeSpan? _limit;
    private readonly CancellationToken _asked;
    private readonly CancellationTokenSource _graceful, _forced;

    /// <param name="limit">Null for none.</param>
    /// <param name="graceful">What else ends it in good order.</param>
    /// <param name="forced">What else ends it at once.</param>
    public RunLimit(TimeSpan? limit, CancellationToken graceful, CancellationToken forced)
    {
        (_limit, _asked) = (limit, graceful);
        _graceful = CancellationTokenSource.CreateLinkedTokenSource(graceful);
        _forced = CancellationTokenSource.CreateLinkedTokenSource(forced);
        if (limit is not { } time) return;
        _graceful.CancelAfter(time);
        _forced.CancelAfter(time + Grace);
    }

    public CancellationToken Token => _graceful.Token;

    public CancellationToken Forced => _forced.Token;

    /// <summary>Runs one VM's turn; what ended because of the limit says so.</summary>
    public async Task<Done> RunAsync(NamespacedName vm, Func<Task<Done>> turn)
    {
        try
        {
            return await turn();
        }
        catch (Exception ended) when (_limit is not null && _graceful.IsCancellationRequested && !_asked.IsCancellationRequested
            && ended is OperationCanceledException or EmbarkException { Failure: FailureClass.Interrupted })
        {
            var how = ended is EmbarkException ? ended.Message : "nothing is half done: what was begun was undone";
            throw new EmbarkException(FailureClass.ApplyFailed, $"{vm}: the run did not end within {_limit.Value.TotalSeconds:0.#} s (--timeout); {how}",
                "see what it waited for, give it more time, and run again", ended);
        }
    }

    public void Dispose()
    {
        _graceful.Dispose();
        _forced.Dispose();
    }
}
