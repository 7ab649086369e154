using Embark.Planning;

namespace Embark.Delivery;

/// <summary>
/// Puts what a VM needs into a directory on this machine, to be carried there by other means (sidecar-bootstrap 5.1). Everything is written
/// beside the target and moved there by <see cref="CompleteAsync"/>: an interrupted or failed run leaves nothing.
/// </summary>
public sealed class DirectorySink : IPlanSink, IAsyncDisposable
{
    private readonly NewTarget _target;
    private readonly Bundle _bundle;
    private readonly FolderWriter _writer;
    private int _delivered;

    /// <summary>Checks the place and begins.</summary>
    /// <param name="directory">New or empty.</param>
    /// <param name="tokens">Asked once for each VM.</param>
    /// <param name="clock">For the manifest.</param>
    /// <exception cref="EmbarkException">The place cannot be used.</exception>
    public DirectorySink(string directory, TokenIssuer tokens, TimeProvider clock)
    {
        _target = NewTarget.NewDirectory(directory);
        _bundle = new(tokens, clock);
        _writer = new(_target.Temporary);
        try
        {
            _writer.Directory("", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw NewTarget.Refused($"cannot write to {Path.GetDirectoryName(_target.Path)}: {wrong.Message}", "name a directory that you may write to", wrong);
        }
    }

    /// <summary>True: each VM has a directory of its own name below the target (<c>--all</c>).</summary>
    public bool Many { get; init; }

    /// <summary>Absolute path of the target.</summary>
    public string Target => _target.Path;

    /// <inheritdoc/>
    /// <exception cref="EmbarkException">The files could not be written; what was written of this VM is gone again.</exception>
    public async Task DeliverAsync(Plan plan, CancellationToken cancellationToken)
    {
        var root = Many ? plan.Workload.Name : "";
        try
        {
            await _bundle.WriteAsync(plan, root, _writer, cancellationToken);
            Interlocked.Increment(ref _delivered);
        }
        catch (Exception wrong)
        {
            if (Many) _writer.Forget(root);
            if (wrong is IOException or UnauthorizedAccessException)
                throw NewTarget.Refused($"cannot write the files of {plan.Workload} below {_target.Temporary}: {wrong.Message}", "see that there is space, and that the place may be written to", wrong);
            throw;
        }
    }

    /// <summary>Moves what was delivered to the target; nothing when nothing was.</summary>
    /// <exception cref="EmbarkException">The target cannot be taken.</exception>
    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_delivered == 0) return Task.CompletedTask;
        try
        {
            // Not recursive: had something come into it meanwhile, this fails and nothing is lost.
            if (Directory.Exists(_target.Path)) Directory.Delete(_target.Path);
            Directory.Move(_target.Temporary, _target.Path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw NewTarget.Refused($"cannot move the files to {_target.Path}: {wrong.Message}", "name a new or empty directory", wrong);
        }
        return Task.CompletedTask;
    }

    /// <summary>Removes what was not completed.</summary>
    public ValueTask DisposeAsync()
    {
        if (Directory.Exists(_target.Temporary)) Directory.Delete(_target.Temporary, recursive: true);
        return ValueTask.CompletedTask;
    }
}
