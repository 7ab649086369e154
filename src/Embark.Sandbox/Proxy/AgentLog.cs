using System.Globalization;

namespace Embark.Sandbox.Proxy;

/// <summary>Log lines as pilot-agent writes them: time, level, scope where there is one, message, parted by tabs.</summary>
internal static class AgentLog
{
    public static void Info(string message) => Write("info", message);

    public static void Warn(string message) => Write("warn", message);

    public static void Error(string message) => Write("error", message);

    public static void Fatal(string message) => Write("fatal", message);

    public static void Critical(string message) => Write("critical", message);

    // Source of the form: protocols.md 8.1, seen with 1.30.3.
    private static void Write(string level, string message) =>
        Console.Out.WriteLine($"{DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)}\t{level}\t{message}");
}
