using System.Text;

namespace Embark.Kubernetes.Credentials;

/// <summary>Keeps the end of what a program says on stderr, fit for one line of a message.</summary>
internal sealed class StderrTail
{
    private const int MaxChars = 600;

    private readonly StringBuilder _tail = new();

    public string Text
    {
        get
        {
            lock (_tail)
                return string.Join(" | ", _tail.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
    }

    public async Task FollowAsync(TextReader stderr, CancellationToken cancellationToken)
    {
        var buffer = new char[1024];
        while (await stderr.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            lock (_tail)
            {
                foreach (var c in buffer.AsSpan(0, count))
                    _tail.Append(char.IsControl(c) && c != '\n' ? ' ' : c);
                if (_tail.Length > MaxChars)
                    _tail.Remove(0, _tail.Length - MaxChars);
            }
        }
    }
}
