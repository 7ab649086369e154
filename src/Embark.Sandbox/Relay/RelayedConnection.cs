using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Embark.Sandbox.Relay;

/// <summary>One connection through a relay: two directions, each a reader, a queue of what is under way, and a writer.</summary>
internal sealed class RelayedConnection : IDisposable
{
    private readonly Socket _client;
    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly RelayOptions _options;
    private readonly TaskCompletionSource _frozen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _cut = new();
    private long _bytesToServer;

    public RelayedConnection(Socket client, IPEndPoint target, RelayOptions options)
    {
        (_client, _options) = (client, options);
        client.NoDelay = true;
        Ended = RunAsync(target);
    }

    /// <summary>Ends when both directions have.</summary>
    public Task Ended { get; }

    public long BytesToServer => Interlocked.Read(ref _bytesToServer);

    public void Freeze() => _frozen.TrySetResult();

    /// <summary>Resets both ends.</summary>
    public void Cut()
    {
        foreach (var socket in new[] { _client, _server })
        {
            try
            {
                socket.LingerState = new(true, 0);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // closed already
            }
            socket.Dispose();
        }
        _cut.Cancel();
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _cut.Dispose();
    }

    private async Task RunAsync(IPEndPoint target)
    {
        try
        {
            // The kernel's handshake with us took no time; on the link it takes a round trip, and the server hears of it half way.
            await Task.Delay(_options.OneWay * 2, _cut.Token);
            await _server.ConnectAsync(target, _cut.Token);
            await Task.WhenAll(PassAsync(_client, _server, toServer: true), PassAsync(_server, _client, toServer: false));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Cut();
        }
        finally
        {
            _client.Dispose();
            _server.Dispose();
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool toServer)
    {
        var underWay = Channel.CreateUnbounded<(long Due, byte[] Bytes)>();
        await Task.WhenAll(ReadAsync(from, underWay.Writer), WriteAsync(underWay.Reader, to, toServer));
    }

    private async Task ReadAsync(Socket from, ChannelWriter<(long, byte[])> underWay)
    {
        var buffer = new byte[64 * 1024];
        var delay = (long)(_options.OneWay.TotalSeconds * Stopwatch.Frequency);
        try
        {
            while (await from.ReceiveAsync(buffer, _cut.Token) is > 0 and var length)
                underWay.TryWrite((Stopwatch.GetTimestamp() + delay, buffer[..length]));
            underWay.TryWrite((Stopwatch.GetTimestamp() + delay, []));
        }
        finally
        {
            underWay.TryComplete();
        }
    }

    private async Task WriteAsync(ChannelReader<(long Due, byte[] Bytes)> underWay, Socket to, bool toServer)
    {
        await foreach (var (due, bytes) in underWay.ReadAllAsync(_cut.Token))
        {
            if (Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due) is { Ticks: > 0 } wait)
                await Task.Delay(wait, _cut.Token);
            if (_frozen.Task.IsCompleted)
                await Task.Delay(Timeout.Infinite, _cut.Token);
            if (bytes.Length == 0)
            {
                to.Shutdown(SocketShutdown.Send);
                return;
            }
            if (toServer)
                await ToServerAsync(bytes, to);
            else
                await SendAsync(to, bytes);
        }
    }

    private async Task ToServerAsync(byte[] bytes, Socket to)
    {
        var limit = _options.CutAfter ?? _options.FreezeAfter;
        var left = limit is null ? bytes.Length : (int)Math.Min(bytes.Length, limit.Value - _bytesToServer);
        await SendAsync(to, bytes.AsMemory(0, left));
        Interlocked.Add(ref _bytesToServer, left);
        if (_bytesToServer != limit)
            return;
        if (_options.CutAfter is null)
            Freeze();
        else
            Cut();
        await Task.Delay(Timeout.Infinite, _cut.Token);
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        if (_options.BytesPerSecond is not { } rate)
        {
            await SendAllAsync(to, bytes);
            return;
        }
        for (var sent = 0; sent < bytes.Length;)
        {
            var part = Math.Min(Math.Max(1, rate / 20), bytes.Length - sent);
            await SendAllAsync(to, bytes.Slice(sent, part));
            await Task.Delay(TimeSpan.FromSeconds((double)part / rate), _cut.Token);
            sent += part;
        }
    }

    private async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, _cut.Token)..];
    }
}
