namespace Embark.Sandbox.Tests.Mesh;

/// <summary>Requests through real proxies of the sandbox, configured by its istiod alone.</summary>
public sealed class TrafficTests
{
    private static readonly (string, string)[] s_vm =
        [("ISTIO_META_NETWORK", "vm-us-central1-a"), ("ISTIO_METAJSON_LABELS", """{"app":"ratings","class":"vm","version":"v3"}""")];

    private static readonly (string, string)[] s_pod =
        [("ISTIO_META_NETWORK", "cluster-net"), ("ISTIO_METAJSON_LABELS", """{"app":"reviews","version":"v1"}""")];

    private static readonly (string, string)[] s_gateway =
        [("ISTIO_META_NETWORK", "cluster-net"), ("ISTIO_META_REQUESTED_NETWORK_VIEW", "cluster-net"), ("ISTIO_METAJSON_LABELS", """{"app":"vmgateway","istio":"vmgateway"}""")];

    [Fact(Timeout = 120_000)]
    public async Task Requests_flow_both_ways_with_mutual_tls()
    {
        await using var mesh = await LoopbackMesh.StartAsync("", TestContext.Current.CancellationToken);
        await mesh.AppAsync(29080, "ratings");
        await mesh.AppAsync(29081, "reviews");
        await mesh.ProxyAsync("router", "vmgateway-0", "istio-system", "vmgateway", LoopbackMesh.GatewayAddress, 29100, s_gateway);
        await mesh.ProxyAsync("sidecar", "reviews-loop", "bookinfo", "bookinfo-reviews", LoopbackMesh.PodAddress, 29110, s_pod);
        await mesh.ProxyAsync("sidecar", "ratings-vm", "bookinfo", "bookinfo-ratings", LoopbackMesh.VmAddress, 29120, s_vm);

        var toMesh = await LoopbackMesh.GetAsync("127.0.0.2:9080", "reviews.bookinfo.svc:9080", "/reviews/0");
        Assert.True(toMesh is (200, "reviews", _), $"{toMesh}\n{mesh.Logs["ratings-vm"]}");
        Assert.Contains("By=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews", toMesh.Body);
        Assert.Contains("URI=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", toMesh.Body);

        var toVm = await LoopbackMesh.GetAsync("127.0.0.3:9080", "ratings:9080", "/ratings/0", new StringContent("a body"));
        Assert.True(toVm is (200, "ratings", _), $"{toVm}\n{mesh.Logs["reviews-loop"]}");
        Assert.Contains("By=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", toVm.Body);
        Assert.Contains("URI=spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews", toVm.Body);
        Assert.EndsWith("a body", toVm.Body);

        var unknown = await LoopbackMesh.GetAsync("127.0.0.2:9080", "nobody.example.org");
        Assert.Equal(503, unknown.Status);
    }
}
