using System.Diagnostics;
using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark.Benchmarks;

/// <summary>
/// What the original tool did: bundles for all with one token. Embark gives every VM its own, so this is no command of ours: the same reading, planning
/// and writing, with a token that was asked for once.
/// </summary>
internal static class OfflineBundles
{
    public static async Task<Measured> WriteAsync(Bench bench, string @namespace, string folder)
    {
        var began = Stopwatch.GetTimestamp();
        using var client = KubernetesClient.Connect(Kubeconfig.Load(new() { File = bench.Operator["KUBECONFIG"] }), KubernetesClientOptions.Default);
        var reader = new MeshReader(client, new() { SshUser = "istio-proxy", Directory = Placeholder.Directory });
        var entries = await reader.FindWorkloadsAsync(@namespace, null, CancellationToken.None);
        var mesh = await reader.ReadAsync(@namespace, CancellationToken.None);
        var account = entries[0].Required().ServiceAccount;
        var token = await client.RequestTokenAsync(new(@namespace, account), "istio-ca", TimeSpan.FromHours(1), CancellationToken.None);
        // Whoever gets a token disposes it, so each gets a copy.
        await using var sink = new DirectorySink(folder, new TokenIssuer((_, _) => Task.FromResult(new ServiceAccountToken(new Secret(token.Token.Reveal()), token.ExpiresAt))), TimeProvider.System) { Many = true };
        foreach (var entry in entries) await sink.DeliverAsync(Planner.For(mesh, entry.Required(), null), CancellationToken.None);
        await sink.CompleteAsync(CancellationToken.None);
        return new Measured(Stopwatch.GetElapsedTime(began), 0);
    }
}
