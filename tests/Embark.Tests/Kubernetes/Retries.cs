using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class Retries
{
    private static readonly string Good = RawApi.Answer(200, RawApi.ConfigMap("a"));

    [Fact(Timeout = 60_000)]
    public async Task A17_Retry_after_of_a_second_is_honoured()
    {
        await using var api = After(1, RawApi.Status(429, "TooManyRequests", extra: "Retry-After: 1\r\n"));
        using var client = api.Client();
        var start = TimeProvider.System.GetTimestamp();
        Assert.NotNull(await ReadAsync(client));
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(990));
        Assert.Equal(2, api.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A17_Retry_after_beyond_the_budget_ends_the_call_at_once()
    {
        await using var api = After(9, RawApi.Status(429, "TooManyRequests", extra: "Retry-After: 3600\r\n"));
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
        Assert.Contains("asks to wait 3600 s", failed.Message, StringComparison.Ordinal);
        Assert.Single(api.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task A17_Without_retry_after_a_read_is_repeated_and_a_write_is_not()
    {
        await using var api = After(2, RawApi.Status(429, "TooManyRequests"));
        using var client = api.Client();
        Assert.NotNull(await ReadAsync(client));
        Assert.Equal(3, api.Requests.Count);

        await using var other = After(2, RawApi.Status(429, "TooManyRequests"));
        using var writer = other.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => WriteAsync(writer));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
        Assert.Single(other.Requests);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A17_A_write_is_repeated_when_the_server_asks_for_it(int status)
    {
        await using var api = After(1, RawApi.Status(status, "X", extra: "Retry-After: 0\r\n"));
        using var client = api.Client();
        Assert.NotNull(await WriteAsync(client));
        Assert.Equal(2, api.Requests.Count);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A18_A_read_outlasts_a_server_that_fails_a_while(int status)
    {
        await using var api = After(3, RawApi.Answer(status, "<html>bad gateway</html>", "text/html"));
        using var client = api.Client();
        Assert.NotNull(await ReadAsync(client));
        Assert.Equal(4, api.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A18_A_server_that_goes_on_failing_is_unavailable_and_a_write_is_not_repeated()
    {
        await using var api = After(int.MaxValue, RawApi.Status(500, "InternalError", "etcd is gone"));
        using var client = api.Client(RawApi.Quick with { RetryBudget = TimeSpan.FromSeconds(4) });
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
        Assert.Contains("etcd is gone", failed.Message, StringComparison.Ordinal);
        Assert.True(api.Requests.Count > 1);

        var before = api.Requests.Count;
        await Assert.ThrowsAsync<KubernetesException>(() => client.RequestTokenAsync(new("bookinfo", "vm"), "istio-ca", TimeSpan.FromHours(1), CancellationToken.None));
        Assert.Equal(before + 1, api.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A19_A_refused_connection_and_an_unknown_host_are_unavailable()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        Assert.Contains("connection refused", (await FailsAsync($"https://127.0.0.1:{port}")).Message, StringComparison.Ordinal);
        Assert.Contains("the host name is not known", (await FailsAsync("https://no-such-host.invalid:6443")).Message, StringComparison.Ordinal);

        static async Task<KubernetesException> FailsAsync(string server)
        {
            var connection = TestKubeconfig.Load(server, TestCa.Shared, "token: x");
            using var client = KubernetesClient.Connect(connection, RawApi.Quick with { RetryBudget = TimeSpan.FromMilliseconds(200) });
            var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
            Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
            Assert.Contains(server, failed.Message, StringComparison.Ordinal);
            return failed;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A19_A_connection_cut_in_tls_is_tried_again_then_unavailable()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var accepted = 0;
        var cutting = Task.Run(async () =>
        {
            while (true)
            {
                using var socket = await server.AcceptSocketAsync();
                await socket.ReceiveAsync(new byte[16]);
                Interlocked.Increment(ref accepted);
                socket.LingerState = new LingerOption(true, 0);
            }
        });
        var connection = TestKubeconfig.Load($"https://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}", TestCa.Shared, "token: x");
        using var client = KubernetesClient.Connect(connection, RawApi.Quick with { RetryBudget = TimeSpan.FromSeconds(4) });
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
        Assert.True(Volatile.Read(ref accepted) > 1);
        server.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => cutting);
    }

    [Fact(Timeout = 60_000)]
    public async Task A19_A_server_without_tls_is_named()
    {
        await using var api = new RawApi(exchange => exchange.WriteAsync("no"), tls: false);
        using var client = api.Client(RawApi.Quick with { RetryBudget = TimeSpan.Zero, Deadline = TimeSpan.FromSeconds(5) });
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
    }

    [Fact(Timeout = 60_000)]
    public async Task A19_No_first_byte_ends_at_the_deadline()
    {
        var never = new TaskCompletionSource();
        await using var api = new RawApi(_ => never.Task);
        using var client = api.Client(RawApi.Quick with { Deadline = TimeSpan.FromSeconds(1) });
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => ReadAsync(client));
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
        Assert.Contains("no answer within 1 s", failed.Message, StringComparison.Ordinal);
        never.SetResult();
    }

    [Fact(Timeout = 60_000)]
    public async Task Cancellation_is_no_failure_of_the_server()
    {
        var never = new TaskCompletionSource();
        await using var api = new RawApi(_ => never.Task);
        using var client = api.Client();
        using var stop = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", stop.Token));
        never.SetResult();
    }

    private static RawApi After(int failures, string answer)
    {
        var count = 0;
        return new RawApi(_ => Interlocked.Increment(ref count) <= failures ? answer : Good);
    }

    private static Task<ConfigMap?> ReadAsync(KubernetesClient client) => client.GetAsync(CoreKinds.ConfigMaps, "default", "a", CancellationToken.None);

    private static Task<ConfigMap> WriteAsync(KubernetesClient client) =>
        client.PatchAsync(CoreKinds.ConfigMaps, "default", "a", new JsonObject { ["data"] = new JsonObject { ["a"] = "c" } }, CancellationToken.None);
}
