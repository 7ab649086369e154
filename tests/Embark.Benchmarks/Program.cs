using Embark.Benchmarks;

// Servers of some rows, in processes of their own.
if (args is ["ads-server", var folder]) return await AdsServer.RunAsync(folder);
if (args is ["proxy-server", var port, var behind]) return await ProxyServer.RunAsync(int.Parse(port, null), int.Parse(behind, null));

// Rows whose name holds one of the words given; all without any.
bool Wanted(string name) => args.Length == 0 || args.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

List<Row> rows = [];
await using (var bench = await Bench.StartAsync())
{
    if (Wanted("dry run")) rows.AddRange(await LocalRows.DryRunAsync(bench));
    if (Wanted("bundles")) rows.AddRange(await LocalRows.BundlesAsync(bench));
    if (Wanted("ca signings")) rows.AddRange(await LocalRows.AuthorityAsync());
    if ((Wanted("ssh") || Wanted("fleet")) && await bench.StartVmAsync())
    {
        if (Wanted("ssh"))
            foreach (var roundTrip in new[] { 0, 50 })
                rows.AddRange(await SshRows.OneVmAsync(bench, roundTrip));
        if (Wanted("fleet")) rows.AddRange(await SshRows.FleetAsync(bench));
    }
    if (Wanted("access log entries")) rows.AddRange(await CollectorRows.TakeAsync(bench));
}
if (Wanted("simulated VMs on ADS")) rows.AddRange(await AdsRows.PushAsync());
if (Wanted("requests through proxies")) rows.AddRange(await ProxyRows.RequestsAsync());
if (Wanted("sandbox")) rows.AddRange(await SandboxRows.StartAsync());
Console.WriteLine();
Row.Print(rows);
return 0;
