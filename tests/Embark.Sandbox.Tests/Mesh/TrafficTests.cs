namespace Embark.Sandbox.Tests.Mesh;

/// <summary>Requests through real proxies of the sandbox, configured by its istiod alone.</summary>
public sealed class TrafficTests
{
    [Fact(Timeout = 120_000)]
    public async Task Requests_flow_both_ways_with_mutual_tls()
    {
        await using var mesh = await LoopbackMesh.StartAsync(_ => "", istioFilters: true, TestContext.Current.CancellationToken);
        await mesh.AppAsync(mesh.Plan.VmApp, "ratings");
        await mesh.AppAsync(mesh.Plan.PodApp, "reviews");
        await mesh.ProxyAsync(mesh.Plan.Gateway);
        await mesh.ProxyAsync(mesh.Plan.Pod);
        await mesh.ProxyAsync(mesh.Plan.Vm);

        await mesh.AssertTrafficBothWaysAsync();

        var unknown = await LoopbackMesh.GetAsync($"{mesh.Plan.VmEgress}:9080", "nobody.example.org");
        Assert.Equal(503, unknown.Status);
    }
}
