using System.Collections.Concurrent;
using System.Globalization;

namespace Embark.Sandbox.ApiServer;

/// <summary>Every request that was answered, in order of answering: no bodies, no headers, no secrets.</summary>
internal sealed class RequestLog(string? file) : IDisposable
{
    private readonly ConcurrentQueue<RequestLogEntry> _entries = new();
    private readonly TextWriter? _file = file is null
        ? null
        : TextWriter.Synchronized(new StreamWriter(new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true });

    public IReadOnlyList<RequestLogEntry> Entries => [.. _entries];

    public void Add(RequestLogEntry entry)
    {
        _entries.Enqueue(entry);
        _file?.WriteLine(entry.ToString());
    }

    public void Clear() => _entries.Clear();

    public void Dispose() => _file?.Dispose();
}

/// <summary>One request: when it was answered, who asked (empty when nobody was recognised), the Kubernetes verb, the path with its query, the code.</summary>
internal sealed record RequestLogEntry(DateTimeOffset Time, string User, string Verb, string Path, int Status)
{
    public override string ToString() =>
        $"{Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {Status} {Verb} {Path} {(User.Length == 0 ? "-" : User)}";
}
