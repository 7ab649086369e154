namespace Embark.Ssh;

/// <summary>A script that was queued and has no answer yet.</summary>
internal sealed class PendingScript(int id, RemoteScript script, bool forgetFailures) : IDisposable
{
    private Timer? _limit;

    public int Id { get; } = id;

    public RemoteScript Script { get; } = script;

    public TaskCompletionSource<ScriptResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool Expired { get; private set; }

    public bool Begun => _limit is not null;

    public byte[] Piece(string nonce) => SessionShell.Piece(nonce, Id, Script, forgetFailures);

    /// <summary>It runs now: its time counts from here.</summary>
    public void Begin(Action onExpiry) => _limit = new Timer(_ => { Expired = true; onExpiry(); }, null, Script.Limit, Timeout.InfiniteTimeSpan);

    public void Dispose() => _limit?.Dispose();
}
