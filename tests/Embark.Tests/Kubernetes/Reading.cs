using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class Reading
{
    [Fact(Timeout = 30_000)]
    public async Task Reads_one_object_with_the_token_of_the_context()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, RawApi.ConfigMap("istio")));
        using var client = api.Client();

        var map = await client.GetAsync(CoreKinds.ConfigMaps, "istio-system", "istio", CancellationToken.None);

        Assert.Equal("istio", map?.Metadata.Name);
        Assert.Equal("b", map?.Data?["a"]);
        Assert.True(api.Requests.TryDequeue(out var request));
        Assert.Equal("/api/v1/namespaces/istio-system/configmaps/istio", request.Target);
        Assert.Equal("Bearer abc", request.Header("Authorization"));
    }

    [Fact(Timeout = 30_000)]
    public async Task An_absent_object_is_null()
    {
        await using var api = new RawApi(_ => RawApi.Status(404, "NotFound"));
        using var client = api.Client();
        Assert.Null(await client.GetAsync(CoreKinds.ConfigMaps, "default", "none", CancellationToken.None));
    }

    [Fact(Timeout = 30_000)]
    public async Task Lists_page_by_page_with_selectors()
    {
        await using var api = new RawApi(request => request.Query("continue") switch
        {
            null => RawApi.ConfigMaps("7", "two", "a", "b"),
            "two" => RawApi.ConfigMaps("7", "three", "c"),
            _ => RawApi.ConfigMaps("7", "", "d"),
        });
        using var client = api.Client();

        var names = new List<string?>();
        await foreach (var map in client.ListAsync(CoreKinds.ConfigMaps, null, new ListOptions { LabelSelector = "app in (x, y)", FieldSelector = "metadata.name!=z", PageSize = 2 }, CancellationToken.None))
            names.Add(map.Metadata.Name);

        Assert.Equal(["a", "b", "c", "d"], names);
        Assert.All(api.Requests, request =>
        {
            Assert.Equal("/api/v1/configmaps", request.Path);
            Assert.Equal("app in (x, y)", request.Query("labelSelector"));
            Assert.Equal("metadata.name!=z", request.Query("fieldSelector"));
            Assert.Equal("2", request.Query("limit"));
        });
    }
}
