namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>Passes the first bytes on and then breaks the connection.</summary>
internal sealed class CutStream(Stream inner, int bytes, Action cut) : Stream
{
    /// <summary>A reset overtakes bytes that are still under way, so the connection is broken a little later.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private int _left = bytes;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left < 0)
            return;
        var passed = Math.Min(_left, buffer.Length);
        await inner.WriteAsync(buffer[..passed], cancellationToken);
        if (buffer.Length <= _left)
        {
            _left -= passed;
            return;
        }
        _left = -1;
        await inner.FlushAsync(cancellationToken);
        await Task.Delay(Grace, cancellationToken);
        cut();
    }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
