using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Relay;

namespace Embark.Sandbox.Tests.Relay;

/// <summary>The relay is a link with a round trip, and nothing else.</summary>
public sealed class RelayTests
{
    [Fact(Timeout = 60_000)]
    public async Task Bytes_pass_unharmed_both_ways()
    {
        using var echo = new EchoServer();
        await using var relay = TcpRelay.Start(echo.Port, new() { OneWay = TimeSpan.FromMilliseconds(5) });
        using var client = await ConnectAsync(relay);
        var sent = new byte[3_000_000];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(async () =>
        {
            await client.GetStream().WriteAsync(sent);
            client.Client.Shutdown(SocketShutdown.Send);
        });
        using var received = new MemoryStream();
        await client.GetStream().CopyToAsync(received);
        await sending;
        Assert.Equal(sent, received.ToArray());
        Assert.Equal(sent.Length, relay.BytesToServer);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_answer_takes_a_round_trip_and_the_first_one_two()
    {
        using var echo = new EchoServer();
        await using var relay = TcpRelay.Start(echo.Port, new() { OneWay = TimeSpan.FromMilliseconds(50) });
        var watch = Stopwatch.StartNew();
        using var client = await ConnectAsync(relay);
        await AskAsync(client);
        Assert.InRange(watch.ElapsedMilliseconds, 195, 5_000);
        watch.Restart();
        await AskAsync(client);
        Assert.InRange(watch.ElapsedMilliseconds, 95, 5_000);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_delay_costs_no_throughput()
    {
        using var echo = new EchoServer();
        await using var relay = TcpRelay.Start(echo.Port, new() { OneWay = TimeSpan.FromMilliseconds(100) });
        using var client = await ConnectAsync(relay);
        var watch = Stopwatch.StartNew();
        var sent = new byte[8_000_000];
        var sending = client.GetStream().WriteAsync(sent);
        await client.GetStream().ReadExactlyAsync(new byte[sent.Length]);
        await sending;
        // One buffer of 64 kB a round trip would take 24 s.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.19, 12);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cut_lets_exactly_so_many_bytes_through()
    {
        using var echo = new EchoServer();
        await using var relay = TcpRelay.Start(echo.Port, new() { CutAfter = 1_000 });
        using var client = await ConnectAsync(relay);
        await client.GetStream().WriteAsync(new byte[5_000]);
        await Assert.ThrowsAnyAsync<IOException>(() => client.GetStream().ReadExactlyAsync(new byte[5_000]).AsTask());
        Assert.Equal(1_000, relay.BytesToServer);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_freeze_is_silent()
    {
        using var echo = new EchoServer();
        await using var relay = TcpRelay.Start(echo.Port, new());
        using var client = await ConnectAsync(relay);
        await AskAsync(client);
        relay.Freeze();
        await client.GetStream().WriteAsync(new byte[1]);
        var answer = client.GetStream().ReadAsync(new byte[1]).AsTask();
        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(500)));
        relay.Cut();
        await Assert.ThrowsAnyAsync<IOException>(() => answer);
    }

    private static async Task AskAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync(new byte[1]);
        await client.GetStream().ReadExactlyAsync(new byte[1]);
    }

    private static async Task<TcpClient> ConnectAsync(TcpRelay relay)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, relay.Port);
        return client;
    }

    private sealed class EchoServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public EchoServer()
        {
            _listener.Start();
            _ = ServeAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose() => _listener.Dispose();

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync();
                    _ = Task.Run(async () =>
                    {
                        using (client)
                            await client.GetStream().CopyToAsync(client.GetStream());
                    });
                }
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                // the test is over
            }
        }
    }
}
