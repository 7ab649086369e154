using System.Diagnostics;

namespace Embark.Benchmarks;

/// <summary>The whole sandbox, as its user starts it: from the release build, in a folder of its own.</summary>
internal static class SandboxRows
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<IReadOnlyList<Row>> StartAsync()
    {
        List<Measured> ready = [], joined = [], proved = [];
        Console.Error.WriteLine("  sandbox, from its start to the first request each way ...");
        for (var i = 0; i < 3; i++) await OnceAsync(ready, joined, proved);
        return
        [
            new Row("sandbox, from its start until it is ready", ready),
            new Row("sandbox, until the VM's proxy runs and answered each way", joined) { Wanted = "at most 5 s" },
            new Row("sandbox, until the proof is told (9 s of them watching)", proved),
        ];
    }

    private static async Task OnceAsync(List<Measured> ready, List<Measured> joined, List<Measured> proved)
    {
        var folder = Directory.CreateTempSubdirectory("embark-bench-");
        Dictionary<string, string> environment = new() { ["EMBARK_SANDBOX_DIR"] = folder.FullName, ["XDG_STATE_HOME"] = folder.FullName, ["HOME"] = folder.FullName };
        var start = new ProcessStartInfo(Bench.Embark, ["sandbox", "up"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var began = Stopwatch.GetTimestamp();
        Measured Now() => new(Stopwatch.GetElapsedTime(began), 0);
        using var sandbox = Process.Start(start)!;
        _ = sandbox.StandardOutput.ReadToEndAsync();
        var said = sandbox.StandardError.ReadToEndAsync();
        try
        {
            await ExportsAsync(environment, sandbox, said);
            ready.Add(Now());
            var page = environment["EMBARK_PRODUCTPAGE"].Replace("/productpage", "/api/v1/products/0/ratings", StringComparison.Ordinal);
            var join = Measured.RunAsync(environment, "", [Bench.Embark, "join", "ratings-vm.bookinfo", "--from", page]);
            await Task.WhenAll(AnsweredAsync(page), AnsweredOnVmAsync(environment));
            joined.Add(Now());
            await join;
            proved.Add(Now());
        }
        finally
        {
            await Measured.RunAsync(environment, "", Bench.Embark, "sandbox", "down");
            await sandbox.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task ExportsAsync(Dictionary<string, string> environment, Process sandbox, Task<string> said)
    {
        while (true)
        {
            var ask = new ProcessStartInfo(Bench.Embark, ["sandbox", "env"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var (name, value) in environment) ask.Environment[name] = value;
            using var process = Process.Start(ask)!;
            _ = process.StandardError.ReadToEndAsync();
            var exports = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            if (process.ExitCode == 0)
            {
                foreach (var line in exports.Split('\n').Where(line => line.StartsWith("export ", StringComparison.Ordinal)))
                    environment[line[7..].Split('=')[0]] = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('\'', '"');
                return;
            }
            if (sandbox.HasExited) throw new InvalidOperationException($"the sandbox ended: {await said}");
            await Task.Delay(50);
        }
    }

    /// <summary>Mesh to VM: a page that needs the VM.</summary>
    private static async Task AnsweredAsync(string page)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        for (var until = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(until) < Patience; await Task.Delay(50))
        {
            using var answer = await http.GetAsync(new Uri(page));
            if (answer.IsSuccessStatusCode) return;
        }
        throw new InvalidOperationException($"{page} was never answered");
    }

    /// <summary>VM to mesh: a service of the mesh, asked for on the VM.</summary>
    private static Task<Measured> AnsweredOnVmAsync(Dictionary<string, string> environment) => Measured.RunAsync(environment, """
        n=0
        until curl -s -o /dev/null -f --noproxy '*' -H 'Host: details.bookinfo:9080' http://127.0.0.2:9080/details/0; do
            n=$((n + 1)); [ $n -lt 1000 ] || exit 1
            sleep 0.1
        done

        """, "ssh", "-F", environment["EMBARK_SSH_CONFIG"], "-T", "-o", "BatchMode=yes", "istio-proxy@10.128.0.2", "sh", "-s");
}
