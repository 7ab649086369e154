using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;

namespace Embark.Tests.Kubernetes;

/// <summary>The client and the sandbox's API server, which unmodified kubectl works with.</summary>
public sealed class AgainstTheApiServer : IAsyncLifetime
{
    private readonly TestKubeconfig _files = new();
    private ApiServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await ApiServer.StartAsync(new ApiServerOptions(), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _files.Dispose();
    }

    [Fact(Timeout = 60_000)]
    public async Task Reads_writes_and_deletes_with_a_client_certificate()
    {
        using var admin = Client("admin");
        var made = await admin.CreateAsync(CoreKinds.ConfigMaps, "default", Map("one", "a"), CancellationToken.None);
        Assert.NotNull(made.Metadata.Uid);
        var patched = await admin.PatchAsync(CoreKinds.ConfigMaps, "default", "one", Data("b"), CancellationToken.None);
        Assert.Equal("b", patched.Data?["k"]);
        Assert.NotEqual(made.Metadata.ResourceVersion, patched.Metadata.ResourceVersion);
        Assert.Equal("c", (await admin.ApplyAsync(CoreKinds.ConfigMaps, "default", "two", Data("c"), "embark-test", CancellationToken.None)).Data?["k"]);
        Assert.True(await admin.DeleteAsync(CoreKinds.ConfigMaps, "default", "one", CancellationToken.None));
        Assert.False(await admin.DeleteAsync(CoreKinds.ConfigMaps, "default", "one", CancellationToken.None));
        Assert.Null(await admin.GetAsync(CoreKinds.ConfigMaps, "default", "one", CancellationToken.None));
    }

    [Fact(Timeout = 60_000)]
    public async Task A15_Two_writers_lose_no_change()
    {
        using var admin = Client("admin");
        await admin.CreateAsync(CoreKinds.ConfigMaps, "default", Map("count", "0"), CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => CountAsync()));
        Assert.Equal("6", (await admin.GetAsync(CoreKinds.ConfigMaps, "default", "count", CancellationToken.None))?.Data?["k"]);

        async Task CountAsync()
        {
            for (var i = 0; i < 3; i++)
                await admin.ChangeAsync(CoreKinds.ConfigMaps, "default", "count", map => Data($"{int.Parse(map.Data!["k"], System.Globalization.CultureInfo.InvariantCulture) + 1}"), CancellationToken.None);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A12_A_stranger_is_told_the_right_that_is_missing()
    {
        using var stranger = Client("mallory");
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => stranger.GetAsync(CoreKinds.ConfigMaps, "istio-system", "istio", CancellationToken.None));
        Assert.Equal(KubernetesFailure.Forbidden, failed.Failure);
        Assert.Contains("mallory", failed.Message, StringComparison.Ordinal);
        Assert.Contains("verbs: [\"get\"]", failed.Fix, StringComparison.Ordinal);
        Assert.False(await stranger.CanIAsync(new AccessQuestion("get", "", "configmaps") { Namespace = "istio-system", Name = "istio" }, CancellationToken.None));
        using var admin = Client("admin");
        Assert.True(await admin.CanIAsync(new AccessQuestion("get", "", "configmaps") { Namespace = "istio-system", Name = "istio" }, CancellationToken.None));
    }

    [Fact(Timeout = 60_000)]
    public async Task Knows_versions_of_groups_and_of_the_server()
    {
        using var client = Client("operator");
        Assert.Contains("v1", await client.ServedVersionsAsync("networking.istio.io", CancellationToken.None));
        Assert.Equal(["v1"], await client.ServedVersionsAsync("", CancellationToken.None));
        Assert.Empty(await client.ServedVersionsAsync("no.such.group", CancellationToken.None));
        Assert.StartsWith("v1.", (await client.GetServerVersionAsync(CancellationToken.None)).GitVersion, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A13_An_absent_object_is_null_and_an_absent_kind_is_said()
    {
        using var admin = Client("admin");
        Assert.Null(await admin.GetAsync(CoreKinds.ConfigMaps, "bookinfo", "absent", CancellationToken.None));
        Assert.Null(await admin.GetAsync(CoreKinds.Namespaces, null, "absent", CancellationToken.None));
        var crd = CoreKinds.ConfigMaps with { Group = "no.such.group", Plural = "things" };
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => admin.GetAsync(crd, "bookinfo", "absent", CancellationToken.None));
        Assert.Equal("KindNotServed", failed.Reason);
    }

    [Fact(Timeout = 60_000)]
    public async Task A16_Small_pages_with_an_expired_one_give_each_name_once()
    {
        using var admin = Client("admin");
        for (var i = 0; i < 7; i++)
            await admin.CreateAsync(CoreKinds.ConfigMaps, "default", Map($"m{i}", "x"), CancellationToken.None);
        _server.Faults.Add(new Fault.PageCap(2), new Fault.ContinueExpired { Times = 1 });
        var names = new List<string?>();
        await foreach (var map in admin.ListAsync(CoreKinds.ConfigMaps, "default", new ListOptions { PageSize = 3, FieldSelector = "metadata.name!=m3" }, CancellationToken.None))
            names.Add(map.Metadata.Name);
        Assert.Equal(["m0", "m1", "m2", "m4", "m5", "m6"], names.Where(name => name!.StartsWith('m')));
        Assert.Equal(names.Distinct(), names);
    }

    [Fact(Timeout = 120_000)]
    public async Task A16_A21_A_watch_under_cuts_410_and_429_ends_up_with_the_truth()
    {
        using var admin = Client("admin");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        _server.Faults.Add(
            new Fault.CutWatch(3) { Times = 1 }, new Fault.CutWatch(2) { Times = 1, InMidLine = true }, new Fault.WatchExpired(2) { Times = 1 },
            new Fault.SilentWatch(2) { Times = 1 }, new Fault.Answer(429) { Verb = "watch", Times = 2 }, new Fault.PageCap(3));
        var seen = new Dictionary<string, string?>();
        var doubled = new List<string>();
        var writing = Task.CompletedTask;
        await foreach (var change in admin.WatchAsync(CoreKinds.ConfigMaps, "default", new ListOptions { LabelSelector = "test=watch" }, stop.Token))
        {
            switch (change)
            {
                case WatchEvent<ConfigMap>.Listed listed:
                    seen = listed.All.ToDictionary(map => map.Metadata.Name!, map => map.Metadata.ResourceVersion);
                    if (writing.IsCompleted)
                        writing = WriteAsync(admin, stop.Token);
                    break;
                case WatchEvent<ConfigMap>.Applied { Value: var map }:
                    if (seen.TryGetValue(map.Metadata.Name!, out var version) && version == map.Metadata.ResourceVersion)
                        doubled.Add($"{map.Metadata.Name} {version}");
                    seen[map.Metadata.Name!] = map.Metadata.ResourceVersion;
                    break;
                case WatchEvent<ConfigMap>.Deleted { Value: var map }:
                    Assert.True(seen.Remove(map.Metadata.Name!));
                    break;
            }

            if (seen.ContainsKey("last"))
                break;
        }

        await writing;
        Assert.Empty(doubled);
        Assert.Equal(["last", "w1", "w2", "w3", "w5", "w6", "w7", "w9"], seen.Keys.Order(StringComparer.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A22_Tokens_are_real_and_bad_ones_are_refused()
    {
        using var client = Client("operator");
        var account = new NamespacedName("bookinfo", "bookinfo-ratings");
        var issued = await client.RequestTokenAsync(account, "istio-ca", TimeSpan.FromHours(1), CancellationToken.None);
        Assert.False(issued.Shortened);
        foreach (var flaw in new[] { TokenFlaw.Empty, TokenFlaw.NotAJwt, TokenFlaw.WrongAudience, TokenFlaw.Expired, TokenFlaw.WrongSubject })
        {
            _server.Faults.Add(new Fault.BadToken(flaw) { Times = 1 });
            var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.RequestTokenAsync(account, "istio-ca", TimeSpan.FromHours(1), CancellationToken.None));
            Assert.True(failed.Failure == KubernetesFailure.Invalid, $"{flaw}: {failed.Message}");
        }

        _server.Faults.Add(new Fault.BadToken(TokenFlaw.Shorter) { Times = 1 });
        Assert.True((await client.RequestTokenAsync(account, "istio-ca", TimeSpan.FromHours(1), CancellationToken.None)).Shortened);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(7200)]
    [InlineData(-7200)]
    public async Task A25_A_clock_that_is_two_hours_off_is_seen_and_harms_nothing(int seconds)
    {
        _server.Faults.Add(new Fault.DateSkew(seconds));
        using var client = Client("operator");
        Assert.NotNull(await client.GetAsync(CoreKinds.Namespaces, null, "istio-system", CancellationToken.None));
        Assert.InRange(client.ClockSkew!.Value.TotalSeconds, seconds - 30, seconds + 30);
    }

    [Fact(Timeout = 60_000)]
    public async Task A17_A18_A20_Faults_of_the_server_are_outlasted_or_named()
    {
        using var client = Client("operator", RawApi.Quick with { RetryBudget = TimeSpan.FromSeconds(5) });
        _server.Faults.Add(new Fault.Answer(429) { Times = 1, RetryAfterSeconds = 1 }, new Fault.Answer(503) { Times = 2 }, new Fault.CutBody(40) { Times = 1 });
        Assert.NotNull(await client.GetAsync(CoreKinds.Namespaces, null, "istio-system", CancellationToken.None));
        Assert.Empty(_server.Faults.Pending);
        _server.Faults.Add(new Fault.Html { Times = 1 });
        var failed = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync(CoreKinds.Namespaces, null, "istio-system", CancellationToken.None));
        Assert.Contains("not a Kubernetes API answer", failed.Message, StringComparison.Ordinal);
    }

    private static async Task WriteAsync(KubernetesClient admin, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 10; i++)
        {
            await admin.CreateAsync(CoreKinds.ConfigMaps, "default", Map($"w{i}", "x"), cancellationToken);
            if (i % 3 == 0)
                await admin.PatchAsync(CoreKinds.ConfigMaps, "default", $"w{i}", Data("y"), cancellationToken);
            if (i is 4 or 8)
                await admin.DeleteAsync(CoreKinds.ConfigMaps, "default", $"w{i}", cancellationToken);
        }

        await admin.DeleteAsync(CoreKinds.ConfigMaps, "default", "w0", cancellationToken);
        await admin.CreateAsync(CoreKinds.ConfigMaps, "default", Map("last", "x"), cancellationToken);
    }

    private KubernetesClient Client(string user, KubernetesClientOptions? options = null) => KubernetesClient.Connect(
        _files.Load(_files.Write(user, _server.KubeconfigFor(user))), options ?? RawApi.Quick with { WatchSilence = TimeSpan.FromSeconds(2) });

    private static ConfigMap Map(string name, string value) =>
        new(new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["test"] = "watch" } }, new Dictionary<string, string> { ["k"] = value });

    private static JsonObject Data(string value) => new() { ["data"] = new JsonObject { ["k"] = value } };
}
