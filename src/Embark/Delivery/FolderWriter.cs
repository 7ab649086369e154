namespace Embark.Delivery;

/// <summary>Writes into a directory that it made itself under a name nobody can guess, so that no link can stand in the way.</summary>
internal sealed class FolderWriter(string root) : IBundleWriter
{
    public void Directory(string path, UnixFileMode mode)
    {
        var full = Path.Combine(root, path);
        System.IO.Directory.CreateDirectory(full, mode | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        System.IO.File.SetUnixFileMode(full, mode);
    }

    public void File(string path, UnixFileMode mode, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(Path.Combine(root, path), new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });
        stream.Write(content);
        // After opening, since the operator's umask narrows what open() is asked for.
        System.IO.File.SetUnixFileMode(stream.SafeFileHandle, mode);
    }

    public void Forget(string path)
    {
        var full = Path.Combine(root, path);
        if (System.IO.Directory.Exists(full)) System.IO.Directory.Delete(full, recursive: true);
    }
}
