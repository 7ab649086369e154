using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Resources;

namespace Embark.EndToEnd.Tests.Mesh;

/// <summary>What istiod writes about a VM, and what of it decides whether the mesh sends it anything.</summary>
public sealed class Registered(MeshWorld world) : IClassFixture<MeshWorld>
{
    private static readonly GroupResource Entries = new("networking.istio.io", "workloadentries");
    private static readonly GroupResource Groups = new("networking.istio.io", "workloadgroups");

    [Fact(Timeout = 300_000)]
    public async Task Connected_proxy_is_noted_with_time_controller_and_health()
    {
        world.NeedRoot();
        await world.StartChangedAsync("");
        await world.JoinedAsync();

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$", world.AnnotationOf("istio.io/connectedAt"));
        Assert.Equal("istiod-0", world.AnnotationOf("istio.io/workloadController"));
        Assert.Null(world.AnnotationOf("istio.io/disconnectedAt"));
        var condition = Assert.Single(world.Entry["status"]!["conditions"]!.AsArray())!.AsObject();
        Assert.Equal(["lastProbeTime", "lastTransitionTime", "status", "type"], condition.Select(member => member.Key).Order(StringComparer.Ordinal));
        Assert.Equal("True", world.Healthy);
    }

    [Fact(Timeout = 300_000)]
    public async Task Without_the_annotation_nothing_is_written_and_traffic_flows()
    {
        world.NeedRoot();
        await world.StartChangedAsync("");
        world.Annotate("proxy.istio.io/health-checks-enabled", null);
        try
        {
            await ForgottenAsync();
            await world.StartChangedAsync("");
            await world.JoinedAsync();
            Assert.Null(world.AnnotationOf("istio.io/connectedAt"));
            Assert.Null(world.Healthy);
        }
        finally
        {
            world.Annotate("proxy.istio.io/health-checks-enabled", "true");
        }
    }

    [Theory(Timeout = 300_000)]
    [InlineData("sed -i '/^ISTIO_META_WORKLOAD_ENTRY=/d' sidecar.env", false)]
    [InlineData("sed -i 's/\"readinessProbe\":/\"notAProbe\":/' sidecar.env", true)]
    public async Task With_one_part_missing_there_is_no_health_and_no_traffic(string edit, bool connected)
    {
        world.NeedRoot();
        await world.StartChangedAsync(""); // the first start of all joins, and that is to be forgotten as well
        await ForgottenAsync();
        await world.StartChangedAsync(edit);
        await Wait.UntilAsync("the proxy is ready", async () => await world.RootAsync("curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:15021/healthz/ready || true") == "200");
        await Wait.UntilAsync("the VM's calls are answered", async () =>
            await world.RootAsync("curl -s -o /dev/null -w '%{http_code}' -H 'Host: reviews.bookinfo.svc:9080' http://127.0.0.2:9080/reviews/0 || true") == "200");
        if (connected) await Wait.UntilAsync("it is connected", () => Task.FromResult(world.AnnotationOf("istio.io/connectedAt") is not null));
        else Assert.Null(world.AnnotationOf("istio.io/connectedAt"));

        Assert.Null(world.Healthy);
        Assert.Equal(503, await world.RatingsAsync());
    }

    [Fact(Timeout = 300_000)]
    public async Task Unhealthy_workload_leaves_load_balancing_and_comes_back()
    {
        world.NeedRoot();
        await world.StartChangedAsync("");
        await world.JoinedAsync();

        await world.Sandbox.Vm!.Ratings!.StopAsync(TimeSpan.FromSeconds(5));
        await Wait.UntilAsync("it is unhealthy", () => Task.FromResult(world.Healthy == "False"));
        Assert.NotEmpty((string)world.Entry["status"]!["conditions"]![0]!["message"]!);
        await Wait.UntilAsync("no endpoint is left", async () => await BodyAsync() == "no healthy upstream");
        await world.Sandbox.Vm!.StartRatingsAsync(TestContext.Current.CancellationToken);

        await world.JoinedAsync();
        Assert.Equal("True", world.Healthy);
    }

    [Fact(Timeout = 300_000)]
    public async Task Proxy_that_names_a_group_registers_itself_and_is_forgotten_after_its_end()
    {
        world.NeedRoot();
        world.Sandbox.Api.Store.Change(Groups, "bookinfo", "ratings-group", _ => (JsonObject)JsonNode.Parse("""
            {"apiVersion": "networking.istio.io/v1", "kind": "WorkloadGroup", "metadata": {"name": "ratings-group", "namespace": "bookinfo", "uid": "5f1c"},
             "spec": {"metadata": {"labels": {"team": "stars"}, "annotations": {"note": "by itself"}},
                      "template": {"serviceAccount": "bookinfo-ratings", "network": "elsewhere", "ports": {"http": 9080}, "labels": {"app": "ratings"}}}}
            """)!);
        await world.StartChangedAsync("sed -i 's/^ISTIO_META_WORKLOAD_ENTRY=.*/ISTIO_META_AUTO_REGISTER_GROUP=ratings-group/' sidecar.env");
        const string name = "ratings-group-10.128.0.2-vm-us-central1-a";
        await Wait.UntilAsync("the entry is there", () => Task.FromResult(Find(name) is not null));

        var entry = Find(name)!;
        var annotations = entry["metadata"]!["annotations"]!;
        Assert.Equal(("ratings-group", "istiod-0", "by itself", "true"), ((string?)annotations["istio.io/autoRegistrationGroup"], (string?)annotations["istio.io/workloadController"],
            (string?)annotations["note"], (string?)annotations["proxy.istio.io/health-checks-enabled"]));
        Assert.Equal(("10.128.0.2", "vm-us-central1-a", "bookinfo-ratings", 9080), ((string?)entry["spec"]!["address"], (string?)entry["spec"]!["network"], (string?)entry["spec"]!["serviceAccount"], (int)entry["spec"]!["ports"]!["http"]!));
        Assert.Equal(("stars", "vm"), ((string?)entry["spec"]!["labels"]!["team"], (string?)entry["metadata"]!["labels"]!["class"]));
        Assert.Equal(("WorkloadGroup", "ratings-group", true), ((string?)entry["metadata"]!["ownerReferences"]![0]!["kind"], (string?)entry["metadata"]!["ownerReferences"]![0]!["name"], (bool)entry["metadata"]!["ownerReferences"]![0]!["controller"]!));
        await Wait.UntilAsync("it is healthy", () => Task.FromResult((string?)Find(name)?["status"]?["conditions"]?[0]?["status"] == "True"));
        await world.JoinedAsync();

        await world.RootAsync("docker rm -f istio-proxy");
        await Wait.UntilAsync("it is disconnected", () => Task.FromResult(Find(name)?["metadata"]!["annotations"]!["istio.io/disconnectedAt"] is not null));
        await Wait.UntilAsync("it is deleted", () => Task.FromResult(Find(name) is null));
        world.Sandbox.Api.Store.Change(Groups, "bookinfo", "ratings-group", _ => null);
    }

    private JsonObject? Find(string name) => world.Sandbox.Api.Store.Find(Entries, "bookinfo", name)?.Value;

    // Nothing of an earlier proxy stands in the entry.
    private async Task ForgottenAsync()
    {
        await world.RootAsync("docker rm -f istio-proxy >/dev/null 2>&1 || true");
        await Wait.UntilAsync("an earlier connection is forgotten", () => Task.FromResult(world.AnnotationOf("istio.io/connectedAt") is null && world.Healthy is null));
    }

    private async Task<string> BodyAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await client.GetAsync(world.RatingsOverMesh, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
