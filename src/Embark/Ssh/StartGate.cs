namespace Embark.Ssh;

/// <summary>
/// Limits how many ssh connections are being made at once. It lets all through until a server drops one unheard
/// (sshd's MaxStartups, 10 by default); from then on few at a time, since they may share a jump host.
/// </summary>
public sealed class StartGate
{
    private const int Careful = 4;
    private readonly Lock _gate = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private int _permits = int.MaxValue;
    private int _starting;

    /// <summary>Connections that are being made now.</summary>
    public int Starting
    {
        get { lock (_gate) return _starting; }
    }

    internal async Task EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource? turn = null;
        lock (_gate)
        {
            if (_starting < _permits)
                _starting++;
            else
                _waiting.Enqueue(turn = new(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        if (turn is null)
            return;
        await using var _ = cancellationToken.Register(() => turn.TrySetCanceled(cancellationToken));
        await turn.Task;
    }

    internal void Leave()
    {
        lock (_gate)
        {
            _starting--;
            while (_starting < _permits && _waiting.TryDequeue(out var next))
                if (next.TrySetResult())
                    _starting++;
        }
    }

    internal void BeCareful()
    {
        lock (_gate)
            _permits = Careful;
    }
}
