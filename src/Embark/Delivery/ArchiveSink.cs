using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>
/// Puts what VMs need into a .tgz on this machine, of mode 0600 (sidecar-bootstrap 5.1). It is written beside the target and moved there by
/// <see cref="CompleteAsync"/>: an interrupted or failed run leaves nothing.
/// </summary>
public sealed class ArchiveSink : IPlanSink, IAsyncDisposable
{
    private readonly NewTarget _target;
    private readonly Bundle _bundle;
    private readonly FileStream _file;
    private readonly TarWriter _tar;
    private readonly TarBundleWriter _writer;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _delivered;
    private bool _closed;

    /// <summary>Checks the place and begins.</summary>
    /// <param name="file">New.</param>
    /// <param name="tokens">Asked once for each VM.</param>
    /// <param name="clock">For times in the archive.</param>
    /// <exception cref="EmbarkException">The place cannot be used.</exception>
    public ArchiveSink(string file, TokenIssuer tokens, TimeProvider clock)
    {
        _target = NewTarget.NewFile(file);
        _bundle = new(tokens, clock);
        try
        {
            _file = new FileStream(_target.Temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw NewTarget.Refused($"cannot write to {Path.GetDirectoryName(_target.Path)}: {wrong.Message}", "name a place that you may write to", wrong);
        }
        _tar = new TarWriter(new GZipStream(_file, CompressionLevel.Optimal), TarEntryFormat.Gnu, leaveOpen: false);
        _writer = new(_tar, clock.GetUtcNow());
    }

    /// <summary>True: each VM's files stand below its name (<c>--all</c>).</summary>
    public bool Many { get; init; }

    /// <summary>Absolute path of the target.</summary>
    public string Target => _target.Path;

    /// <summary>A name that is free in a directory: <c>{what}.{yyyyMMddHHmmss}.tgz</c>, UTC; a taken one is counted on by seconds, as the original waits.</summary>
    /// <param name="what"><c>name.namespace</c>, or the namespace for many.</param>
    /// <param name="directory">Where.</param>
    /// <param name="now">The time.</param>
    public static string FreeName(string what, string directory, DateTimeOffset now) =>
        Enumerable.Range(0, 15).Select(s => Path.Combine(directory, $"{what}.{now.UtcDateTime.AddSeconds(s).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}.tgz")).FirstOrDefault(f => !Path.Exists(f))
        ?? throw NewTarget.Refused($"no free name for an archive of {what} in {directory}", "name one with --output-file");

    /// <inheritdoc/>
    /// <exception cref="EmbarkException">The archive could not be written.</exception>
    public async Task DeliverAsync(Plan plan, CancellationToken cancellationToken)
    {
        using var buffered = new BufferedBundle();
        await _bundle.WriteAsync(plan, Many ? plan.Workload.Name : "", buffered, cancellationToken);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            buffered.CopyTo(_writer);
            _delivered++;
        }
        catch (IOException wrong)
        {
            throw CannotWrite(wrong);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the archive and moves it to the target; nothing when nothing was delivered.</summary>
    /// <exception cref="EmbarkException">It could not be written whole, or the target was taken meanwhile.</exception>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_delivered == 0) return;
        try
        {
            await CloseAsync();
            File.Move(_target.Temporary, _target.Path, overwrite: false);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(wrong);
        }
    }

    /// <summary>Removes what was not completed.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
        }
        catch (IOException) when (_delivered == 0 || File.Exists(_target.Temporary))
        {
            // A disk that is full was reported where it was met; the half archive goes below.
        }
        File.Delete(_target.Temporary);
        _turn.Dispose();
    }

    private async Task CloseAsync()
    {
        if (_closed) return;
        _closed = true;
        await _tar.DisposeAsync();
        await _file.DisposeAsync();
    }

    private EmbarkException CannotWrite(Exception wrong) =>
        NewTarget.Refused($"cannot write the archive {_target.Path}: {wrong.Message}", "see that there is space, and that the name is free", wrong);
}
