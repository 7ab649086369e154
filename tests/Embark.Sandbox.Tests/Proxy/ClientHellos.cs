using System.Buffers.Binary;
using System.Net.Security;
using Embark.Sandbox.Proxy.Listening;
using Embark.Sandbox.Proxy.Tls;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>What a TLS client says first, read from real ones, however it is cut.</summary>
public sealed class ClientHellos
{
    [Fact(Timeout = 30_000)]
    public async Task Tell_server_name_and_protocols()
    {
        var look = ClientHello.Look(await GreetingAsync("outbound_.9080_._.reviews.bookinfo.svc.cluster.local", "istio-http/1.1", "istio", "http/1.1"), out var hello);

        Assert.Equal(ClientHelloLook.Read, look);
        Assert.Equal("outbound_.9080_._.reviews.bookinfo.svc.cluster.local", hello!.ServerName);
        Assert.Equal(["istio-http/1.1", "istio", "http/1.1"], hello.ApplicationProtocols);
    }

    [Fact(Timeout = 30_000)]
    public async Task May_have_neither()
    {
        Assert.Equal(ClientHelloLook.Read, ClientHello.Look(await GreetingAsync("127.0.0.1"), out var hello)); // an address is no server name
        Assert.Equal((null, 0), (hello!.ServerName, hello.ApplicationProtocols.Count));
    }

    [Fact(Timeout = 30_000)]
    public async Task Are_waited_for_until_they_are_whole()
    {
        var bytes = await GreetingAsync("server", "h2");
        for (var length = 0; length < bytes.Length; length++)
            Assert.Equal(ClientHelloLook.NeedsMore, ClientHello.Look(bytes.AsSpan(0, length), out _));
        Assert.Equal(ClientHelloLook.Read, ClientHello.Look([.. bytes, 23, 3, 3, 0, 1, 0], out _)); // what comes after does not matter
    }

    [Theory(Timeout = 30_000), InlineData(1), InlineData(7), InlineData(100)]
    public async Task May_be_cut_into_records(int size)
    {
        var whole = await GreetingAsync("server", "istio");
        var message = whole.AsMemory(5);
        List<byte> cut = [];
        for (var at = 0; at < message.Length; at += size)
        {
            var part = message[at..Math.Min(message.Length, at + size)];
            var head = new byte[5] { 22, 3, 1, 0, 0 };
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(3), (ushort)part.Length);
            cut.AddRange([.. head, .. part.ToArray()]);
        }

        Assert.Equal(ClientHelloLook.Read, ClientHello.Look(cut.ToArray(), out var hello));
        Assert.Equal("server", hello!.ServerName);
    }

    [Fact(Timeout = 60_000)]
    public async Task Survive_any_single_byte_being_wrong()
    {
        var whole = await GreetingAsync("server", "istio", "h2");
        for (var at = 0; at < whole.Length; at++)
            foreach (var wrong in new byte[] { 0, 1, 0x7f, 0xff })
            {
                var bytes = whole.ToArray();
                bytes[at] = wrong;
                Assert.True(ClientHello.Look(bytes, out var hello) == ClientHelloLook.Read == (hello is not null));
            }
    }

    [Fact(Timeout = 30_000)]
    public void Are_not_seen_in_noise()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            noise[0] = (byte)(i % 2 == 0 ? 22 : noise[0]);
            Assert.NotEqual(ClientHelloLook.Read, ClientHello.Look(noise, out _));
        }

        Assert.Equal(ClientHelloLook.NotTls, ClientHello.Look("GET / HTTP/1.1\r\n"u8, out _));
    }

    [Fact(Timeout = 30_000)]
    public async Task Are_read_from_a_slow_client()
    {
        var bytes = await GreetingAsync("server", "istio");
        var look = await ConnectionLook.AtAsync(new Dripping(bytes), forHttp: false, TestContext.Current.CancellationToken);

        Assert.Equal("server", look!.Hello!.ServerName);
        Assert.Equal(bytes, look.Seen.ToArray());
        Assert.Null(await ConnectionLook.AtAsync(new Dripping(bytes[..^1]), forHttp: false, TestContext.Current.CancellationToken));
    }

    private static async Task<byte[]> GreetingAsync(string name, params string[] protocols)
    {
        var written = new FirstWrite();
        await using var tls = new SslStream(written);
        _ = tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = name, ApplicationProtocols = [.. protocols.Select(protocol => new SslApplicationProtocol(protocol))],
        }, CancellationToken.None).ContinueWith(_ => { }, TaskScheduler.Default);
        return await written.Bytes.Task;
    }

    /// <summary>Keeps the first bytes, and then never answers.</summary>
    private sealed class FirstWrite : MemoryStream
    {
        public TaskCompletionSource<byte[]> Bytes { get; } = new();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromResult(0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Bytes.TrySetResult(buffer.ToArray());
            return default;
        }
    }

    /// <summary>A byte at a time.</summary>
    private sealed class Dripping(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);
    }
}
