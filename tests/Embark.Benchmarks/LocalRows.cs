using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Embark.Sandbox.Istiod.Authority;

namespace Embark.Benchmarks;

/// <summary>What needs no VM.</summary>
internal static class LocalRows
{
    public static async Task<IReadOnlyList<Row>> DryRunAsync(Bench bench)
    {
        var rows = await Row.InTurnAsync(21,
            ("embark version: the program alone", () => bench.EmbarkAsync("version")),
            ("dry run, one VM", () => bench.EmbarkAsync("x", "sidecar-bootstrap", "ratings-vm.bookinfo", "--start-istio-proxy", "--dry-run")));
        return [rows[0], rows[1] with { Against = rows[0], Wanted = "at most 0.12 s and 80 MB" }];
    }

    public static async Task<IReadOnlyList<Row>> BundlesAsync(Bench bench)
    {
        bench.AddEntries("bundles", 1000, (entry, number) => entry["metadata"]!["annotations"]!["sidecar-bootstrap.istio.io/proxy-container-name"] = $"proxy-{number}");
        var (each, shared) = (0, 0);
        var rows = await Row.InTurnAsync(3,
            ("1,000 bundles to disk, a token each", () => bench.EmbarkAsync("join", "--all", "-n", "bundles", "--output-dir", Path.Combine(bench.Folder, $"bundles-{each++}"))),
            ("1,000 bundles to disk, one token for all (in this process)", () => OfflineBundles.WriteAsync(bench, "bundles", Path.Combine(bench.Folder, $"shared-{shared++}"))));
        return [rows[0] with { Wanted = "at most 1.5 s" }, rows[1] with { Wanted = "at most 0.35 s" }];
    }

    /// <summary>The sandbox's CA on one core, against nothing but the signature that each certificate needs.</summary>
    public static async Task<IReadOnlyList<Row>> AuthorityAsync()
    {
        const string Identity = "spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings";
        var (rootPem, keyPem) = MeshAuthority.NewRoot("cluster.local", TimeProvider.System);
        using var authority = new MeshAuthority(rootPem, keyPem, TimeProvider.System);
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        var text = new byte[1024];
        var rows = await Row.InTurnAsync(5,
            ("bare RSA-2048 signatures, one core", () => Task.FromResult(Each(() => key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)))),
            ("CA signings, one core", () => Task.FromResult(Each(() => authority.Sign(request, Identity, TimeSpan.FromHours(24))))));
        return [rows[0] with { Rate = true }, rows[1] with { Rate = true, Against = rows[0] with { Rate = true }, Wanted = "ratio at least 0.6" }];
    }

    private static Measured Each(Action operation)
    {
        const int Times = 600;
        for (var i = 0; i < 300; i++) operation();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < Times; i++) operation();
        return new Measured(Stopwatch.GetElapsedTime(began) / Times, 0);
    }
}
