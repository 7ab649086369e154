namespace Embark.Ssh;

/// <summary>What ssh itself said (LogLevel=DEBUG1), and the noise around our scripts; the first and the last lines of it. Safe for many threads.</summary>
internal sealed class SshLog(Action<string>? trace)
{
    private const int Kept = 400;
    private const int Longest = 1000;
    private readonly List<string> _first = [];
    private readonly Queue<string> _last = new();
    private readonly Queue<string> _noise = new();

    public void Add(string line)
    {
        line = line.Length > Longest ? line[..Longest] : line;
        if (trace is not null && IsOwn(line))
            trace(RemoteText.Printable(line));
        lock (_first)
        {
            if (_first.Count < Kept)
                _first.Add(line);
            else
                Push(_last, line);
        }
    }

    /// <summary>A line on the VM's standard output that no script of ours wrote.</summary>
    public void AddNoise(string line)
    {
        lock (_first)
            Push(_noise, line.Length > Longest ? line[..Longest] : line);
    }

    /// <summary>All lines, oldest first.</summary>
    public IReadOnlyList<string> Lines
    {
        get { lock (_first) return [.. _first, .. _last]; }
    }

    /// <summary>What the VM said beside our scripts, fit for a terminal: its standard output, and standard error without ssh's own lines.</summary>
    public string RemoteWords
    {
        get
        {
            lock (_first)
            {
                var said = _first.Concat(_last).Where(line => !IsOwn(line)).Concat(_noise).Where(line => line.Length > 0);
                return RemoteText.Tail(string.Join('\n', said), 400);
            }
        }
    }

    public static bool IsOwn(string line) =>
        line.StartsWith("debug1: ", StringComparison.Ordinal) || line.StartsWith("Authenticated to ", StringComparison.Ordinal)
        || line.StartsWith("Transferred: ", StringComparison.Ordinal) || line.StartsWith("Bytes per second: ", StringComparison.Ordinal)
        || line.StartsWith("Connection to ", StringComparison.Ordinal);

    private static void Push(Queue<string> queue, string line)
    {
        queue.Enqueue(line);
        if (queue.Count > Kept)
            queue.Dequeue();
    }
}
