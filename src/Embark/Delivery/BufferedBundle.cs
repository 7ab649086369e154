using System.Security.Cryptography;

namespace Embark.Delivery;

/// <summary>Holds one VM's files until all of them are there: an archive takes a VM whole or not at all.</summary>
internal sealed class BufferedBundle : IBundleWriter, IDisposable
{
    private readonly List<(string Path, UnixFileMode Mode, byte[]? Content)> _entries = [];

    public void Directory(string path, UnixFileMode mode) => _entries.Add((path, mode, null));

    public void File(string path, UnixFileMode mode, ReadOnlySpan<byte> content) => _entries.Add((path, mode, content.ToArray()));

    public void Forget(string path) => Dispose();

    public void CopyTo(IBundleWriter writer)
    {
        foreach (var (path, mode, content) in _entries)
        {
            if (content is null) writer.Directory(path, mode);
            else writer.File(path, mode, content);
        }
    }

    /// <summary>Overwrites the contents, tokens among them.</summary>
    public void Dispose()
    {
        foreach (var (_, _, content) in _entries) CryptographicOperations.ZeroMemory(content);
        _entries.Clear();
    }
}
