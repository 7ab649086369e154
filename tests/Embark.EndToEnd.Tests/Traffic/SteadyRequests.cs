using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Embark.Sandbox.Hosts;

namespace Embark.EndToEnd.Tests.Traffic;

/// <summary>An application that asks another one, and again a moment after the answer, from a host of the sandbox, whatever happens meanwhile.</summary>
internal sealed class SteadyRequests : IAsyncDisposable
{
    /// <summary>Every so many requests are made over a connection of their own.</summary>
    private const int FreshOneIn = 10;

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly HttpClient _kept;
    private readonly HttpClient _fresh;
    private readonly string _name;
    private readonly string _url;
    private readonly string _host;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Task _sending;
    private long _answered;
    private long _slowest;

    private SteadyRequests(string name, HostSockets from, IPEndPoint to, string host, string path, TimeSpan every)
    {
        (_name, _url, _host) = (name, $"http://{to}{path}", host);
        (_kept, _fresh) = (Client(from, Timeout.InfiniteTimeSpan), Client(from, TimeSpan.Zero));
        _sending = SendAsync(every);
    }

    public IReadOnlyCollection<string> Failures => _failures;

    public long Answered => Interlocked.Read(ref _answered);

    public static SteadyRequests Start(string name, HostSockets from, IPEndPoint to, string host, string path, TimeSpan every) => new(name, from, to, host, path, every);

    /// <summary>Stops, and waits for what is under way.</summary>
    public async Task<string> FinishAsync()
    {
        await _stop.CancelAsync();
        await _sending;
        return string.Create(CultureInfo.InvariantCulture,
            $"{_name}: {Answered} answered, {_failures.Count} failed in {Stopwatch.GetElapsedTime(_started).TotalSeconds:0.0} s, slowest {_slowest / 10_000.0:0} ms\n{string.Join('\n', _failures.Take(20))}");
    }

    public async ValueTask DisposeAsync()
    {
        await FinishAsync();
        _kept.Dispose();
        _fresh.Dispose();
        _stop.Dispose();
    }

    private async Task SendAsync(TimeSpan every)
    {
        using var timer = new PeriodicTimer(every);
        try
        {
            for (var number = 0; await timer.WaitForNextTickAsync(_stop.Token); number++)
            {
                await AskAsync(number % FreshOneIn == 0 ? _fresh : _kept);
            }
        }
        catch (OperationCanceledException)
        {
            // Enough.
        }
    }

    private async Task AskAsync(HttpClient client)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, _url);
            request.Headers.Host = _host;
            using var answer = await client.SendAsync(request, CancellationToken.None);
            var body = await answer.Content.ReadAsStringAsync(CancellationToken.None);
            if (answer.StatusCode == HttpStatusCode.OK) Interlocked.Increment(ref _answered);
            else Fail(client, $"{(int)answer.StatusCode} {body}");
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            Fail(client, failure.ToString().Split('\n')[0]);
        }

        _slowest = Math.Max(_slowest, Stopwatch.GetElapsedTime(began).Ticks);
    }

    private void Fail(HttpClient client, string what) => _failures.Enqueue(string.Create(CultureInfo.InvariantCulture,
        $"  at {Stopwatch.GetElapsedTime(_started).TotalSeconds:0.00} s, {DateTime.UtcNow:HH:mm:ss.fff}{(client == _fresh ? ", new connection" : "")}: {what}"));

    private static HttpClient Client(HostSockets from, TimeSpan life) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        PooledConnectionLifetime = life,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = from.New(AddressFamily.InterNetwork);
            try
            {
                await socket.ConnectAsync(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    { Timeout = TimeSpan.FromSeconds(20) };
}
