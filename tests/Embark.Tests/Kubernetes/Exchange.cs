using System.Globalization;
using System.Text;

namespace Embark.Tests.Kubernetes;

/// <summary>One request that a <see cref="RawApi"/> got, and the stream to answer on.</summary>
internal sealed class Exchange(Stream stream, string head, string body)
{
    public string Method => head[..head.IndexOf(' ')];

    /// <summary>Path with query.</summary>
    public string Target => head.Split(' ')[1];

    public string Path => Target.Split('?')[0];

    public string Body => body;

    public string? ServerName { get; set; }

    public string? ClientSubject { get; set; }

    public bool Closed { get; private set; }

    public string? Header(string name) => head.Split("\r\n")
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim()).FirstOrDefault();

    public string? Query(string name) => Target.Split('?', 2) is [_, var query]
        ? query.Split('&').Select(pair => pair.Split('=', 2)).Where(pair => pair[0] == name).Select(pair => Uri.UnescapeDataString(pair[1])).FirstOrDefault()
        : null;

    public Task WriteAsync(string text) => WriteAsync(Encoding.UTF8.GetBytes(text));

    public async Task WriteAsync(byte[] bytes)
    {
        await stream.WriteAsync(bytes);
        await stream.FlushAsync();
    }

    /// <summary>Begins an answer without end, as a watch has.</summary>
    public Task StartWatchAsync() => WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");

    public Task WriteLineAsync(string line)
    {
        var bytes = Encoding.UTF8.GetByteCount(line) + 1;
        return WriteAsync($"{bytes:x}\r\n{line}\n\r\n");
    }

    public Task EndWatchAsync() => WriteAsync("0\r\n\r\n");

    /// <summary>Cuts the connection after what was written.</summary>
    public void Cut() => Closed = true;

    public static async Task<Exchange?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!Encoding.ASCII.GetString([.. head.TakeLast(4)]).Equals("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0)
                return null;
            head.Add(one[0]);
        }

        var text = Encoding.ASCII.GetString([.. head]);
        var probe = new Exchange(stream, text, "");
        var body = new byte[int.Parse(probe.Header("Content-Length") ?? "0", CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new Exchange(stream, text, Encoding.UTF8.GetString(body));
    }
}
