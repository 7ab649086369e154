using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Embark.Sandbox.Hosts;

/// <summary>The few calls of the C library that .NET does not offer.</summary>
internal static partial class Native
{
    public const int SigInt = 2;
    public const int SigKill = 9;
    public const int SigTerm = 15;
    public const int SigCont = 18;
    public const int SigStop = 19;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    /// <summary>The network namespace, for <see cref="SetNamespace"/> (CLONE_NEWNET).</summary>
    public const int NetworkNamespace = 0x40000000;

    /// <summary>Moves the calling thread into a namespace; 0 when it worked.</summary>
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(SafeFileHandle handle, int type);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>Replaces this process by another program; returns only by an exception.</summary>
    public static void Become(IReadOnlyList<string> words)
    {
        string?[] list = [.. words, null];
        _ = Exec(words[0], list);
        throw new SandboxException($"{words[0]} could not be started: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exec(string file, string?[] words);

    /// <summary>True when the path itself is a directory, no link, and belongs to this user.</summary>
    public static bool IsOwnDirectory(string path)
    {
        // struct statx is the same on every architecture: uid at 20, mode at 28. Source: statx(2).
        var status = new byte[256];
        const int CurrentDirectory = -100, NoFollow = 0x100;
        const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8;
        return Statx(CurrentDirectory, path, NoFollow, TypeModeAndOwner, status) == 0
            && (BitConverter.ToUInt16(status, 28) & 0xF000) == 0x4000 && BitConverter.ToUInt32(status, 20) == EffectiveUser();
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte[] status);
}
