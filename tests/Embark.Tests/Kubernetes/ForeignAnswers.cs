using System.IO.Compression;
using System.Text;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class ForeignAnswers
{
    private static readonly KubernetesClientOptions Short = RawApi.Quick with { RetryBudget = TimeSpan.FromMilliseconds(100) };

    [Theory(Timeout = 60_000)]
    [InlineData("<html><body>Please log in</body></html>", "text/html")]
    [InlineData("", "application/json")]
    [InlineData("[1,2]", "application/json")]
    [InlineData("{\"kind\":\"ConfigMap\",", "application/json")]
    public async Task A20_A_good_status_with_a_foreign_body_is_no_kubernetes_answer(string body, string type)
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, body, type));
        Assert.Contains("not a Kubernetes API answer", (await FailsAsync(api)).Message, StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(404, "<html>nothing here</html>")]
    [InlineData(302, "")]
    [InlineData(418, "teapot")]
    public async Task A20_A_bad_status_that_is_no_kubernetes_status_is_no_kubernetes_answer(int status, string body)
    {
        await using var api = new RawApi(_ => RawApi.Answer(status, body, "text/html", "Location: https://login.example/\r\n"));
        Assert.Contains("not a Kubernetes API answer", (await FailsAsync(api)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A20_A_body_cut_in_the_middle_is_read_again_then_named()
    {
        var text = RawApi.Answer(200, RawApi.ConfigMap("a"));
        await using var api = new RawApi(async exchange =>
        {
            await exchange.WriteAsync(text[..^20]);
            exchange.Cut();
        });
        Assert.Contains("not a Kubernetes API answer: its body ends early", (await FailsAsync(api, RawApi.Quick with { RetryBudget = TimeSpan.FromSeconds(4) })).Message, StringComparison.Ordinal);
        Assert.True(api.Requests.Count > 1);
    }

    [Fact(Timeout = 60_000)]
    public async Task A20_A_length_shorter_than_the_body_is_named()
    {
        await using var api = new RawApi(async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n{RawApi.ConfigMap("a")}");
            exchange.Cut();
        });
        Assert.Contains("not a Kubernetes API answer", (await FailsAsync(api)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A20_A_gzip_bomb_is_stopped_at_the_limit()
    {
        using var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < 64; i++)
                await gzip.WriteAsync(new byte[1024 * 1024]);
        }

        await using var api = new RawApi(async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {bomb.Length}\r\n\r\n");
            await exchange.WriteAsync(bomb.ToArray());
        });
        var failed = await FailsAsync(api, Short with { MaxAnswerBytes = 1024 * 1024 });
        Assert.Contains("not a Kubernetes API answer: it is larger than 1048576 bytes", failed.Message, StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_compressed_answer_is_read()
    {
        using var body = new MemoryStream();
        await using (var gzip = new GZipStream(body, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(RawApi.ConfigMap("a")));
        await using var api = new RawApi(async exchange =>
        {
            await exchange.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {body.Length}\r\n\r\n");
            await exchange.WriteAsync(body.ToArray());
        });
        using var client = api.Client();
        Assert.NotNull(await client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Contains("gzip", Assert.Single(api.Requests).Header("Accept-Encoding"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_object_of_another_shape_is_named_with_its_path()
    {
        await using var api = new RawApi(_ => RawApi.Answer(200, """{"metadata":{"name":"a"},"data":{"a":["not","text"]}}"""));
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Equal(KubernetesFailure.Other, failed.Failure);
        Assert.Contains("$.data", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_kind_that_the_server_does_not_have_is_told_from_an_absent_object()
    {
        await using var api = new RawApi(_ => RawApi.Answer(404, "404 page not found\n", "text/plain"));
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Equal((KubernetesFailure.NotFound, "KindNotServed"), (failed.Failure, failed.Reason));
        Assert.Empty(await client.ServedVersionsAsync("networking.istio.io", CancellationToken.None));
    }

    [Theory(Timeout = 15_000)]
    [InlineData("../secrets")]
    [InlineData("..")]
    [InlineData("a%2fb")]
    [InlineData("a\nb")]
    [InlineData("")]
    public async Task A_name_that_would_make_another_path_is_refused_before_any_request(string name)
    {
        await using var api = new RawApi(_ => "");
        using var client = api.Client();
        var refused = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(CoreKinds.ConfigMaps, "default", name, CancellationToken.None));
        Assert.Equal(KubernetesFailure.Invalid, refused.Failure);
        Assert.Empty(api.Requests);
    }

    private static async Task<KubernetesException> FailsAsync(RawApi api, KubernetesClientOptions? options = null)
    {
        using var client = api.Client(options ?? Short);
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
        return failed;
    }
}
