using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class Writing
{
    [Fact(Timeout = 60_000)]
    public async Task Creates_with_apiVersion_and_kind()
    {
        await using var api = new RawApi(exchange => RawApi.Answer(201, exchange.Body));
        using var client = api.Client();
        var made = await client.CreateAsync(CoreKinds.ConfigMaps, "default", new ConfigMap(new ObjectMeta { Name = "a" }, new Dictionary<string, string> { ["k"] = "v" }), CancellationToken.None);
        Assert.Equal("v", made.Data?["k"]);
        var request = Assert.Single(api.Requests);
        Assert.Equal(("POST", "/api/v1/namespaces/default/configmaps"), (request.Method, request.Target));
        Assert.Equal("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""", request.Body);
    }

    [Fact(Timeout = 60_000)]
    public async Task Patches_and_applies_with_the_right_type()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, RawApi.ConfigMap("a")));
        using var client = api.Client();
        await client.PatchAsync(CoreKinds.ConfigMaps, "default", "a", new JsonObject { ["data"] = new JsonObject { ["x"] = null } }, CancellationToken.None);
        await client.ApplyAsync(CoreKinds.ConfigMaps, "default", "a", new JsonObject { ["data"] = new JsonObject { ["x"] = "y" } }, "embark", CancellationToken.None);

        Assert.True(api.Requests.TryDequeue(out var patch));
        Assert.Equal(("PATCH", "application/merge-patch+json", """{"data":{"x":null}}"""), (patch.Method, patch.Header("Content-Type"), patch.Body));
        Assert.True(api.Requests.TryDequeue(out var apply));
        Assert.Equal("/api/v1/namespaces/default/configmaps/a?fieldManager=embark", apply.Target);
        Assert.Equal("application/apply-patch+yaml", apply.Header("Content-Type"));
        Assert.Equal("""{"apiVersion":"v1","kind":"ConfigMap","data":{"x":"y"},"metadata":{"name":"a","namespace":"default"}}""", apply.Body);
    }

    [Fact(Timeout = 60_000)]
    public async Task Deleting_says_whether_it_was_there()
    {
        await using var api = new RawApi(exchange => exchange.Path.EndsWith("/gone", StringComparison.Ordinal)
            ? RawApi.Status(404, "NotFound") : RawApi.Answer(200, """{"kind":"Status","status":"Success"}"""));
        using var client = api.Client();
        Assert.True(await client.DeleteAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.False(await client.DeleteAsync(CoreKinds.ConfigMaps, "default", "gone", CancellationToken.None));
        Assert.All(api.Requests, request => Assert.Equal("DELETE", request.Method));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(409, "AlreadyExists", KubernetesFailure.Conflict)]
    [InlineData(404, "NotFound", KubernetesFailure.NotFound)]
    [InlineData(422, "Invalid", KubernetesFailure.Invalid)]
    [InlineData(400, "BadRequest", KubernetesFailure.Invalid)]
    public async Task A_refused_write_carries_the_servers_reason(int status, string reason, KubernetesFailure expected)
    {
        await using var api = new RawApi(_ => RawApi.Status(status, reason, "spec.address: too long"));
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.CreateAsync(CoreKinds.ConfigMaps, "default", new ConfigMap(new ObjectMeta { Name = "a" }, null), CancellationToken.None));
        Assert.Equal((expected, status, reason), (failed.Failure, failed.StatusCode, failed.Reason));
        Assert.Contains("spec.address: too long", failed.Message, StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task A15_A_conflict_is_read_again_and_retried()
    {
        var version = 0;
        await using var api = new RawApi(exchange =>
        {
            if (exchange.Method == "GET")
                return RawApi.Answer(200, RawApi.ConfigMap("a", $"{++version}"));
            var wanted = (string?)JsonNode.Parse(exchange.Body)!["metadata"]!["resourceVersion"];
            return wanted == "3" ? RawApi.Answer(200, RawApi.ConfigMap("a", "4")) : RawApi.Status(409, "Conflict");
        });
        using var client = api.Client();
        var changed = await ChangeAsync(client);
        Assert.Equal("4", changed?.Metadata.ResourceVersion);
        Assert.Equal(6, api.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A15_After_five_conflicts_it_is_given_up()
    {
        await using var api = new RawApi(exchange => exchange.Method == "GET" ? RawApi.Answer(200, RawApi.ConfigMap("a")) : RawApi.Status(409, "Conflict"));
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ChangeAsync(client));
        Assert.Equal(KubernetesFailure.Conflict, failed.Failure);
        Assert.Equal(5, api.Requests.Count(request => request.Method == "PATCH"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A24_An_object_gone_before_it_is_changed_is_null()
    {
        await using var api = new RawApi(_ => RawApi.Status(404, "NotFound"));
        using var client = api.Client();
        Assert.Null(await ChangeAsync(client));
    }

    private static Task<ConfigMap?> ChangeAsync(KubernetesClient client) =>
        client.ChangeAsync(CoreKinds.ConfigMaps, "default", "a", _ => new JsonObject { ["data"] = new JsonObject { ["x"] = "y" } }, CancellationToken.None);
}
