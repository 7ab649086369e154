using System.Buffers.Binary;
using System.Text;

namespace Embark.Sandbox.Docker;

/// <summary>What goes back to the client: pieces of its stdout and stderr, then its exit code. Safe for several writers.</summary>
internal sealed class EngineReply(Stream stream) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    public Task OutAsync(string text, CancellationToken cancellationToken) => SendAsync('o', Encoding.UTF8.GetBytes(text), cancellationToken);

    public Task LineAsync(string line, CancellationToken cancellationToken) => OutAsync(line + "\n", cancellationToken);

    public Task ErrorAsync(string text, CancellationToken cancellationToken) => SendAsync('e', Encoding.UTF8.GetBytes(text), cancellationToken);

    public Task BytesAsync(bool error, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => SendAsync(error ? 'e' : 'o', bytes, cancellationToken);

    /// <summary>Asks the client for its stdin; it follows on the same connection.</summary>
    public Task WantStdinAsync(CancellationToken cancellationToken) => SendAsync('i', ReadOnlyMemory<byte>.Empty, cancellationToken);

    public Task ExitAsync(int code, CancellationToken cancellationToken) => SendAsync('x', Encoding.ASCII.GetBytes($"{code}"), cancellationToken);

    public void Dispose() => _one.Dispose();

    private async Task SendAsync(char kind, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame.AsMemory(5));
        await _one.WaitAsync(cancellationToken);
        try
        {
            await stream.WriteAsync(frame, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }
}
