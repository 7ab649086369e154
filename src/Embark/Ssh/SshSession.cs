namespace Embark.Ssh;

/// <summary>
/// One connection to one VM through the system's OpenSSH client, holding the VM's lock from its first to its last script. Scripts are written as soon
/// as they are queued and answered in order, so several of them cost one round trip. Disposing ends the shell on the VM and frees the lock.
/// </summary>
public sealed class SshSession : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private readonly Lock _gate = new();
    private readonly List<PendingScript> _pending = [];
    private readonly List<Problem> _warnings = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SshOptions _options;
    private readonly Task _life;
    private SshConnection? _connection;
    private Exception? _failure;
    private int _lastId;
    private bool _forgetFailures;
    private bool _completed;

    private SshSession(SshTarget target, SshOptions options)
    {
        Target = target;
        _options = options;
        _ = _ready.Task.ContinueWith(static task => task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        _life = Task.Run(LiveAsync);
    }

    /// <summary>Where it leads.</summary>
    public SshTarget Target { get; }

    /// <summary>Done once the login is through and the lock is held; fails with the reason why not.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Things worth knowing that stopped nothing, such as a pinned key that could not be saved.</summary>
    public IReadOnlyList<Problem> Warnings
    {
        get { lock (_gate) return [.. _warnings]; }
    }

    /// <summary>Begins to connect and returns at once. Scripts may be queued before <see cref="Ready"/>; they fail with it.</summary>
    public static SshSession Start(SshTarget target, SshOptions options) => new(target, options);

    /// <summary>Connects, logs in and takes the VM's lock.</summary>
    /// <exception cref="EmbarkException">
    /// <see cref="FailureClass.SshUnreachable"/>, <see cref="FailureClass.SshTrust"/>, <see cref="FailureClass.SshLogin"/>,
    /// <see cref="FailureClass.VmNotReady"/> (no shell, no flock, no home), <see cref="FailureClass.Locked"/>, <see cref="FailureClass.Usage"/> (ssh itself).
    /// </exception>
    public static async Task<SshSession> OpenAsync(SshTarget target, SshOptions options, CancellationToken cancellationToken)
    {
        var session = Start(target, options);
        try
        {
            await session.Ready.WaitAsync(cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Queues a script and gives its end. It runs when those before it have ended, or is skipped when one of them failed. Cancelling stops the waiting only:
    /// what was queued may still run, so queue together only what may run together.
    /// </summary>
    /// <exception cref="EmbarkException">The session did not come about, was cut, or the script went over its limit: whether it ran is not known.</exception>
    public Task<ScriptResult> RunAsync(RemoteScript script, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_failure is not null)
                return Task.FromException<ScriptResult>(_failure);
            ObjectDisposedException.ThrowIf(_completed, this);
            var pending = new PendingScript(++_lastId, script, _forgetFailures);
            _forgetFailures = false;
            _pending.Add(pending);
            _connection?.Send(pending.Piece(_connection.Nonce));
            return pending.Result.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>What has failed so far has been dealt with: scripts queued from now on run again.</summary>
    public void Recover()
    {
        lock (_gate)
            _forgetFailures = true;
    }

    /// <summary>No more scripts will be queued: the shell on the VM ends right after the last one, which saves a round trip.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            _connection?.CompleteSending();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Complete();
        if (!_ready.Task.IsCompletedSuccessfully)
            await _stop.CancelAsync();
        await Task.WhenAny(_life, Task.Delay(Farewell));
        await _stop.CancelAsync();
        await _life;
        _stop.Dispose();
    }

    private async Task LiveAsync()
    {
        try
        {
            await new SshDoor(Target, _options, _warnings.Add).OpenAsync(ServeAsync, _stop.Token);
            Fail(new EmbarkException(FailureClass.SshUnreachable, $"the session with {Target} has been closed"));
        }
        catch (Exception e)
        {
            Fail(e is OperationCanceledException ? new EmbarkException(FailureClass.Interrupted, $"the session with {Target} was given up") : e);
        }
    }

    /// <summary>Serves one connection until it closes: true once it was ready.</summary>
    private async Task<bool> ServeAsync(SshConnection connection, Action onReady)
    {
        connection.Send(SessionShell.Prologue(connection.Nonce, _options));
        lock (_gate)
        {
            _connection = connection;
            foreach (var pending in _pending)
                connection.Send(pending.Piece(connection.Nonce));
            if (_completed)
                connection.CompleteSending();
        }
        await using var heartbeat = new Timer(_ => Beat(connection), null, _options.HeartbeatInterval, _options.HeartbeatInterval);
        await foreach (var frame in connection.Frames)
        {
            if (frame is Frame.Ended { Id: 0 } taken)
            {
                LockAnswer.ThrowUnlessTaken(Target, taken.Result);
                onReady();
                _ready.TrySetResult();
            }
            else if (frame is Frame.Begun begun && Find(begun.Id) is { } next)
            {
                _options.Trace?.Invoke($"{Target}: '{next.Script.Title}' begins");
                next.Begin(connection.Kill);
            }
            else if (frame is Frame.Ended ended && Take(ended.Id) is { } pending)
            {
                _options.Trace?.Invoke($"{Target}: '{pending.Script.Title}' {(ended.Result.Skipped ? "was skipped" : $"ended with {ended.Result.ExitCode}")}");
                pending.Result.TrySetResult(ended.Result);
            }
        }

        lock (_gate)
            _connection = null;
        if (!_ready.Task.IsCompletedSuccessfully)
            return false;
        PendingScript? open;
        lock (_gate)
            open = _pending.FirstOrDefault();
        if (open is not null)
            throw LostSession.Explain(Target, open, connection);
        return true;
    }

    private void Beat(SshConnection connection)
    {
        lock (_gate)
            if (_pending.Count == 0 && !_completed && _ready.Task.IsCompletedSuccessfully)
                connection.Send([.. SessionShell.Heartbeat]);
    }

    private PendingScript? Find(int id)
    {
        lock (_gate)
            return _pending.Find(pending => pending.Id == id);
    }

    private PendingScript? Take(int id)
    {
        lock (_gate)
        {
            var pending = _pending.Find(pending => pending.Id == id);
            if (pending is not null)
                _pending.Remove(pending);
            pending?.Dispose();
            return pending;
        }
    }

    private void Fail(Exception failure)
    {
        List<PendingScript> left;
        lock (_gate)
        {
            _failure = failure;
            left = [.. _pending];
            _pending.Clear();
        }
        _ready.TrySetException(failure);
        foreach (var pending in left)
        {
            pending.Dispose();
            pending.Result.TrySetException(failure);
        }
    }
}
