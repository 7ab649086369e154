using System.Text.Json.Nodes;
using Embark.Sandbox.Tests.Mesh;

namespace Embark.Sandbox.Tests.Interop;

/// <summary>A stock Envoy takes our configuration and certificates, and talks with our proxy.</summary>
public sealed class EnvoyTests
{
    private const string Delta = "DELTA_GRPC";
    private const string World = "GRPC";

    /// <param name="vm">How the VM's Envoy asks; null for our own proxy.</param>
    /// <param name="pod">As for the VM.</param>
    /// <param name="gateway">As for the VM.</param>
    [Theory(Timeout = 180_000)]
    [InlineData(Delta, null, null)]
    [InlineData(null, Delta, null)]
    [InlineData(World, World, World)]
    [InlineData(Delta, Delta, Delta)]
    public async Task Carries_traffic_both_ways_with_mutual_tls(string? vm, string? pod, string? gateway)
    {
        _ = EnvoyBinary.Path;
        await using var mesh = await LoopbackMesh.StartAsync(_ => "", istioFilters: false, TestContext.Current.CancellationToken);
        await mesh.AppAsync(mesh.Plan.VmApp, "ratings");
        await mesh.AppAsync(mesh.Plan.PodApp, "reviews");
        List<EnvoyProxy> envoys = [];
        foreach (var (member, api) in new[] { (mesh.Plan.Gateway, gateway), (mesh.Plan.Pod, pod), (mesh.Plan.Vm, vm) })
            if (api is null)
                await mesh.ProxyAsync(member);
            else
                envoys.Add(await mesh.EnvoyAsync(member, api));

        await mesh.AssertTrafficBothWaysAsync();

        Assert.DoesNotContain("ACK ERROR", mesh.IstiodLog.ToString());
        foreach (var envoy in envoys)
            await envoy.AssertNothingRefusedAsync();
    }

    /// <summary>The same policy at a stock Envoy and at our own proxy: who is let in, and to what.</summary>
    [Theory(Timeout = 180_000), InlineData(Delta), InlineData(null)]
    public async Task Keeps_to_an_authorization_policy(string? vm)
    {
        if (vm is not null)
            _ = EnvoyBinary.Path;
        await using var mesh = await LoopbackMesh.StartAsync(_ => """
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: callers, namespace: bookinfo}
            spec: {selector: {matchLabels: {class: vm}}, rules: [{from: [{source: {principals: [cluster.local/ns/bookinfo/sa/bookinfo-reviews]}}], to: [{operation: {methods: [GET], ports: ["9080"]}}]}]}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: nobody, namespace: bookinfo}
            spec: {action: DENY, rules: [{to: [{operation: {paths: ["/admin*"]}}]}]}
            """, istioFilters: false, TestContext.Current.CancellationToken);
        await mesh.AppAsync(mesh.Plan.VmApp, "ratings");
        await mesh.ProxyAsync(mesh.Plan.Pod);
        var envoy = vm is null ? null : await mesh.EnvoyAsync(mesh.Plan.Vm, vm);
        if (vm is null)
            await mesh.ProxyAsync(mesh.Plan.Vm);
        async Task<int> AskAsync(string address, string path, HttpContent? content = null) => (await LoopbackMesh.GetAsync(address, "ratings:9080", path, content)).Status;
        var byReviews = $"{mesh.Plan.PodEgress}:9080";

        Assert.Equal(200, await AskAsync(byReviews, "/ratings/0"));
        Assert.Equal(403, await AskAsync(byReviews, "/admin/0"));
        Assert.Equal(403, await AskAsync(byReviews, "/ratings/0", new StringContent("a body")));
        Assert.Equal(403, await AskAsync($"{mesh.Plan.VmAddress}:9080", "/ratings/0")); // in clear there is no principal
        if (envoy is not null)
            await envoy.AssertNothingRefusedAsync();
    }

    [Theory(Timeout = 180_000), InlineData(Delta), InlineData(World)]
    public async Task Takes_a_change_of_mutual_tls_and_a_new_service(string api)
    {
        _ = EnvoyBinary.Path;
        await using var mesh = await LoopbackMesh.StartAsync(_ => "", istioFilters: false, TestContext.Current.CancellationToken);
        await mesh.AppAsync(mesh.Plan.VmApp, "ratings");
        var envoy = await mesh.EnvoyAsync(mesh.Plan.Vm, api);
        var plain = $"{mesh.Plan.VmAddress}:9080";
        Assert.Equal(200, (await LoopbackMesh.GetAsync(plain, "ratings")).Status);

        mesh.Api.Operations.Load((JsonObject)JsonNode.Parse("""
            {"apiVersion":"security.istio.io/v1","kind":"PeerAuthentication","metadata":{"name":"default","namespace":"bookinfo"},"spec":{"mtls":{"mode":"STRICT"}}}
            """)!);
        await EventuallyAsync(async () =>
        {
            try
            {
                await LoopbackMesh.GetAsync(plain, "ratings");
                return false;
            }
            catch (HttpRequestException)
            {
                return true;
            }
        }, "plaintext is still answered", mesh);

        mesh.Api.Operations.Load((JsonObject)JsonNode.Parse("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"later","namespace":"bookinfo"},"spec":{"clusterIP":"10.8.0.77","ports":[{"name":"http","port":9080}],"selector":{"app":"later"}}}
            """)!);
        await EventuallyAsync(async () =>
            (await LoopbackMesh.GetAsync($"{mesh.Plan.VmEgress}:9080", "later:9080")) is { Status: 503 } answer && answer.Body.Contains("no healthy upstream", StringComparison.Ordinal),
            "the new service is not known", mesh);
        await envoy.AssertNothingRefusedAsync();
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition, string otherwise, LoopbackMesh mesh)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(30); !await condition(); await Task.Delay(50))
            Assert.True(DateTime.UtcNow < deadline, $"{otherwise}\n{mesh.Told()}");
    }
}
