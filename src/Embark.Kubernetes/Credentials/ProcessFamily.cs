using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Embark.Kubernetes.Credentials;

/// <summary>Ends a process that we started, with all it has started.</summary>
internal static class ProcessFamily
{
    /// <summary>Set in the environment of what we start, so that children whose parent has gone are still known as ours.</summary>
    public const string MarkVariable = "EMBARK_PLUGIN_RUN";

    public static void Kill(Process process, string mark)
    {
        KillTree(process);
        if (!OperatingSystem.IsLinux())
            return;
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && HasMark(pid, mark))
                KillOne(pid);
        }
    }

    private static void KillTree(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended meanwhile; what it left behind is found by its mark.
        }
    }

    private static bool HasMark(int pid, string mark)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{pid}/environ").AsSpan().IndexOf(Encoding.ASCII.GetBytes($"{MarkVariable}={mark}\0")) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static void KillOne(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It has ended meanwhile.
        }
    }
}
