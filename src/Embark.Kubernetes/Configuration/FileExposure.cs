using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Embark.Kubernetes.Configuration;

/// <summary>Who besides us can read, or has made, a file that holds credentials.</summary>
internal static partial class FileExposure
{
    private const int AtCurrentDirectory = -100;
    private const uint UidMask = 0x8;
    private const int StatxSize = 256;
    private const int UidOffset = 20;

    public static IEnumerable<string> Warnings(string file)
    {
        if (OperatingSystem.IsWindows())
            yield break;
        if ((File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) is not 0 and var mode)
            yield return $"kubeconfig {file} can be read by {((mode & UnixFileMode.OtherRead) != 0 ? "everybody" : "its group")}; narrow it with: chmod 600 {file}";
        if (Owner(file) is { } owner && owner != 0 && owner != EffectiveUser())
            yield return $"kubeconfig {file} belongs to another user (uid {owner}), who can change where you connect to";
    }

    /// <summary>Null where it cannot be told. .NET has no call for it; statx has one layout on all Linux architectures (statx(2)).</summary>
    private static uint? Owner(string file)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[StatxSize];
        try
        {
            return Statx(AtCurrentDirectory, file, 0, UidMask, ref MemoryMarshal.GetReference(answer)) == 0
                ? BinaryPrimitives.ReadUInt32LittleEndian(answer[UidOffset..])
                : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte answer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
