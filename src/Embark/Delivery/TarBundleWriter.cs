using System.Formats.Tar;
using System.Security.Cryptography;

namespace Embark.Delivery;

/// <summary>Writes into a tar stream: relative names, owner and group 0, one time for all.</summary>
internal sealed class TarBundleWriter(TarWriter tar, DateTimeOffset time) : IBundleWriter
{
    public void Directory(string path, UnixFileMode mode) => Write(new GnuTarEntry(TarEntryType.Directory, $"{path}/"), mode);

    public void File(string path, UnixFileMode mode, ReadOnlySpan<byte> content)
    {
        var bytes = content.ToArray();
        using var stream = new MemoryStream(bytes, writable: false);
        Write(new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = stream }, mode);
        // It may have been a token.
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>A stream cannot be taken back: a failed entry fails its archive.</summary>
    public void Forget(string path) => throw new NotSupportedException();

    private void Write(TarEntry entry, UnixFileMode mode)
    {
        entry.Mode = mode;
        entry.Uid = 0;
        entry.Gid = 0;
        entry.ModificationTime = time;
        tar.WriteEntry(entry);
    }
}
