using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class Rights
{
    private static readonly ResourceKind<ConfigMap> WorkloadEntries =
        new("networking.istio.io", "v1", "workloadentries", "WorkloadEntry", CoreKinds.ConfigMaps.Json);

    [Fact(Timeout = 60_000)]
    public async Task A12_A_refused_read_names_the_right_and_gives_the_role()
    {
        var failed = await RefusedAsync(client => client.GetAsync(WorkloadEntries, "bookinfo", "ratings-vm", CancellationToken.None));
        Assert.Contains("cannot get workloadentries.networking.istio.io bookinfo/ratings-vm", failed.Message, StringComparison.Ordinal);
        Assert.Contains("User \\\"dev\\\" may not".Replace("\\", "", StringComparison.Ordinal), failed.Message, StringComparison.Ordinal);
        Assert.Contains("""
            kind: Role
            metadata:
              name: get-workloadentries
              namespace: bookinfo
            rules:
            - apiGroups: ["networking.istio.io"]
              resources: ["workloadentries"]
              verbs: ["get"]
              resourceNames: ["ratings-vm"]
            """, failed.Fix, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A12_A_refused_list_of_the_whole_cluster_gives_a_cluster_role()
    {
        var failed = await RefusedAsync(async client =>
        {
            await foreach (var _ in client.ListAsync(CoreKinds.ConfigMaps, null, ListOptions.All, CancellationToken.None))
                Assert.Fail("nothing may be listed");
        });
        Assert.Contains("kind: ClusterRole\nmetadata:\n  name: list-configmaps\nrules:\n- apiGroups: [\"\"]\n", failed.Fix, StringComparison.Ordinal);
        Assert.DoesNotContain("resourceNames", failed.Fix, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A12_A_refused_token_names_the_account()
    {
        var failed = await RefusedAsync(client => client.RequestTokenAsync(new("bookinfo", "ratings"), "istio-ca", TimeSpan.FromHours(1), CancellationToken.None));
        Assert.Contains("cannot create serviceaccounts/token bookinfo/ratings", failed.Message, StringComparison.Ordinal);
        Assert.Contains("resources: [\"serviceaccounts/token\"]", failed.Fix, StringComparison.Ordinal);
        Assert.Contains("verbs: [\"create\"]", failed.Fix, StringComparison.Ordinal);
        Assert.Contains("resourceNames: [\"ratings\"]", failed.Fix, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A12_A_refused_watch_and_patch_name_their_verbs()
    {
        Assert.Contains("verbs: [\"patch\"]", (await RefusedAsync(client => client.PatchAsync(WorkloadEntries with { Subresource = "status" }, "bookinfo", "vm", [], CancellationToken.None))).Fix, StringComparison.Ordinal);
        await using var api = new RawApi(exchange => exchange.Query("watch") is null ? RawApi.ConfigMaps("1", "") : Forbidden);
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in client.WatchAsync(WorkloadEntries, "bookinfo", ListOptions.All, CancellationToken.None))
                await Task.Yield();
        });
        Assert.Equal(KubernetesFailure.Forbidden, failed.Failure);
        Assert.Contains("verbs: [\"watch\"]", failed.Fix, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Asks_whether_something_is_allowed()
    {
        await using var api = new RawApi(exchange =>
        {
            var asked = JsonNode.Parse(exchange.Body)!["spec"]!["resourceAttributes"]!;
            var allowed = (string?)asked["verb"] == "get" && (string?)asked["namespace"] == "bookinfo" && (string?)asked["subresource"] == "token";
            return RawApi.Answer(201, $$"""{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","status":{"allowed":{{(allowed ? "true" : "false")}}} }""");
        });
        using var client = api.Client();
        var question = new AccessQuestion("get", "", "serviceaccounts") { Namespace = "bookinfo", Subresource = "token" };
        Assert.True(await client.CanIAsync(question, CancellationToken.None));
        Assert.False(await client.CanIAsync(question with { Verb = "create" }, CancellationToken.None));
    }

    private static readonly string Forbidden = RawApi.Status(403, "Forbidden", """User \"dev\" may not""");

    private static async Task<KubernetesException> RefusedAsync(Func<KubernetesClient, Task> act)
    {
        await using var api = new RawApi(_ => Forbidden);
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => act(client));
        Assert.Equal((KubernetesFailure.Forbidden, 403, "Forbidden"), (failed.Failure, failed.StatusCode, failed.Reason));
        Assert.Single(api.Requests);
        return failed;
    }
}
