using System.Diagnostics;
using System.Globalization;

namespace Embark.Benchmarks;

/// <summary>Many VMs on one istiod of the sandbox; both ends and all their TLS on this machine.</summary>
internal static class AdsRows
{
    public static async Task<IReadOnlyList<Row>> PushAsync()
    {
        const int All = AdsServer.Namespaces * AdsServer.VmsOfOne;
        var folder = Directory.CreateTempSubdirectory("embark-bench-");
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["ads-server", folder.FullName]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var server = Process.Start(start)!;
        List<SimulatedVm> vms = [];
        try
        {
            var port = int.Parse((await server.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
            Console.Error.WriteLine($"  {All:N0} simulated VMs on ADS ...");
            var began = Stopwatch.GetTimestamp();
            for (var n = 0; n < AdsServer.Namespaces; n++)
            {
                var token = await File.ReadAllTextAsync(Path.Combine(folder.FullName, $"token-{n}"));
                for (var v = 0; v < AdsServer.VmsOfOne; v++) vms.Add(new SimulatedVm(port, token, n, v));
                await AllAsync(vms); // as many at once as dial in a moment, not all
            }

            var connected = new Measured(Stopwatch.GetElapsedTime(began), PeakOf(server));
            List<Measured> pushes = [];
            for (var i = 0; i < 7; i++)
            {
                foreach (var vm in vms) vm.Expect();
                began = Stopwatch.GetTimestamp();
                await server.StandardInput.WriteLineAsync("push");
                await AllAsync(vms);
                pushes.Add(new Measured(Stopwatch.GetElapsedTime(began), PeakOf(server)));
            }

            return
            [
                new Row($"{All:N0} simulated VMs on ADS: from none to all configured", [connected]),
                new Row($"{All:N0} simulated VMs on ADS: a full push, from the change to the last VM", pushes) { Wanted = "at most 2 s and 300 MB" },
            ];
        }
        finally
        {
            foreach (var vm in vms) vm.Dispose();
            server.StandardInput.Close();
            await server.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static Task AllAsync(IEnumerable<SimulatedVm> vms) => Task.WhenAll(vms.Select(async vm =>
    {
        var complete = vm.Complete;
        if (await Task.WhenAny(complete, vm.Running).WaitAsync(TimeSpan.FromMinutes(2)) != complete)
            throw new InvalidOperationException("a stream ended", vm.Running.Exception);
    }));

    private static long PeakOf(Process process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line[6..^3], CultureInfo.InvariantCulture) * 1024;
    }
}
