namespace Embark.Benchmarks;

/// <summary>What needs no VM.</summary>
internal static class LocalRows
{
    public static async Task<IReadOnlyList<Row>> DryRunAsync(Bench bench)
    {
        var start = await Row.OfAsync("embark version: the program alone", 21, () => bench.EmbarkAsync("version"));
        var dryRun = await Row.OfAsync("dry run, one VM", 21, () => bench.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "--start-istio-proxy", "--dry-run"));
        return [start, dryRun.Than(start) with { Wanted = "at most 0.12 s and 80 MB" }];
    }

    public static async Task<IReadOnlyList<Row>> BundlesAsync(Bench bench)
    {
        bench.AddEntries("bundles", 1000, (entry, number) => entry["metadata"]!["annotations"]!["sidecar-bootstrap.istio.io/proxy-container-name"] = $"proxy-{number}");
        var at = 0;
        var bundles = await Row.OfAsync("1,000 bundles to disk, a token each", 3, () => bench.EmbarkAsync("join", "--all", "-n", "bundles", "--output-dir", Path.Combine(bench.Folder, $"bundles-{at++}")));
        return [bundles with { Wanted = "at most 1.5 s" }];
    }
}
