using System.Net;
using Embark.Sandbox.Proxy.Upstream;

namespace Embark.Sandbox.Tests.Proxy;

/// <summary>Which endpoint a request goes to, and over which connection.</summary>
public sealed class Balancing
{
    private readonly Random _random = new(7);

    [Fact(Timeout = 30_000)]
    public void The_less_busy_of_two_is_taken()
    {
        var (idle, busy) = (Endpoint(1), Endpoint(2));
        using var one = busy.Use();
        using var two = busy.Use();
        var picked = Enumerable.Range(0, 1000).Count(_ => EndpointChoice.Pick([idle, busy], [], _random) == busy);

        Assert.InRange(picked, 150, 350); // only where chance named it twice: a quarter
    }

    [Fact(Timeout = 30_000)]
    public void Weights_share_out_what_nobody_is_busy_with()
    {
        var (light, heavy) = (Endpoint(1), Endpoint(2, weight: 3));
        var picked = Enumerable.Range(0, 4000).Count(_ => EndpointChoice.Pick([light, heavy], [], _random) == light);

        Assert.InRange(picked, 150, 1200);
    }

    [Fact(Timeout = 30_000)]
    public void An_endpoint_that_was_tried_comes_last()
    {
        var (first, second) = (Endpoint(1), Endpoint(2));

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Same(second, EndpointChoice.Pick([first, second], [first], _random)));
        Assert.NotNull(EndpointChoice.Pick([first, second], [first, second], _random));
        Assert.Null(EndpointChoice.Pick([], [], _random));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_that_is_named_twice_counts_once_and_stays()
    {
        // Two WorkloadEntries of one VM give this; the first of the two counts, as in Envoy.
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", 7001, 7001, 7002));
        var cluster = proxy.Runtime.Clusters.Find("app")!;
        var before = cluster.Endpoints;
        cluster.Assign(cluster.LastAssignment!);

        Assert.Equal([7001, 7002], before.Select(endpoint => endpoint.Address.Port));
        Assert.Equal(before, cluster.Endpoints);
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_one_after_another_share_a_connection()
    {
        await using var app = await UpstreamApp.EchoAsync();
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        for (var i = 0; i < 20; i++)
        {
            using var http = proxy.Http(); // a connection of its own to the proxy each
            using var answer = await http.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(20, app.Requests);
        Assert.InRange(app.Connections, 1, 3);
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_at_the_same_time_are_spread()
    {
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var first = await UpstreamApp.StartAsync((_, _) => all.Task);
        await using var second = await UpstreamApp.StartAsync((_, _) => all.Task);
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", first.Port, second.Port), Json.Listener(port, Json.To("app")));
        using var http = proxy.Http();
        var requests = Enumerable.Range(0, 40).Select(_ => http.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken)).ToList();
        for (var deadline = DateTime.UtcNow.AddSeconds(30); first.Requests + second.Requests < 40 && DateTime.UtcNow < deadline;)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        all.SetResult();
        foreach (var request in requests)
            (await request).Dispose();

        Assert.Equal(40, first.Requests + second.Requests);
        Assert.InRange(first.Requests, 12, 28); // chance alone would rarely be this even
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cluster_that_is_taken_away_finishes_what_it_began()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var app = await UpstreamApp.StartAsync((_, _) => go.Task);
        var port = Json.Port();
        await using var proxy = await ProxyUnderTest.StartAsync(Json.Cluster("app", app.Port), Json.Listener(port, Json.To("app")));
        using var http = proxy.Http();
        var request = http.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);
        for (var deadline = DateTime.UtcNow.AddSeconds(30); app.Requests == 0 && DateTime.UtcNow < deadline;)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        proxy.Runtime.Clusters.Apply([], ["app"]);
        go.SetResult();
        using var begun = await request;
        using var later = await http.GetAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (begun.StatusCode, later.StatusCode));
    }

    private static UpstreamEndpoint Endpoint(int port, uint weight = 1) => new(new IPEndPoint(IPAddress.Loopback, port), weight, mutualTls: false);
}
