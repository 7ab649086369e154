namespace Embark.Delivery;

/// <summary>Takes the files of bundles: a folder or an archive. Paths are relative, with slashes.</summary>
internal interface IBundleWriter
{
    /// <summary>Makes a directory; its parents were made before.</summary>
    void Directory(string path, UnixFileMode mode);

    /// <summary>Writes a file that is not there yet.</summary>
    void File(string path, UnixFileMode mode, ReadOnlySpan<byte> content);

    /// <summary>Takes back everything below a directory, where that can be done.</summary>
    void Forget(string path);
}
