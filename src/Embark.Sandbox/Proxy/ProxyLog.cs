using System.Globalization;

namespace Embark.Sandbox.Proxy;

/// <summary>pilot-agent's log lines: time, level, scope, words, divided by tabs (protocols 8.1).</summary>
internal sealed class ProxyLog(TextWriter writer, TimeProvider clock, bool debug = false)
{
    private readonly Lock _lock = new();

    public void Debug(string scope, string message)
    {
        if (debug)
            Write("debug", scope, message);
    }

    public void Info(string scope, string message) => Write("info", scope, message);

    public void Warning(string scope, string message) => Write("warn", scope, message);

    public void Error(string scope, string message) => Write("error", scope, message);

    public void Fatal(string message) => Write("fatal", "", message);

    private void Write(string level, string scope, string message)
    {
        var time = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
        lock (_lock)
        {
            writer.WriteLine(scope.Length == 0 ? $"{time}\t{level}\t{message}" : $"{time}\t{level}\t{scope}\t{message}");
            writer.Flush();
        }
    }
}
