using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class Watching
{
    [Fact(Timeout = 60_000)]
    public async Task Lists_and_then_follows_from_the_listed_version()
    {
        await using var api = new WatchedApi(["a", "b"], "10")
        {
            Watches = { [0] = ["ADDED c 11", "BOOKMARK - 20", "MODIFIED a 21", "DELETED b 22"] },
        };
        Assert.Equal(["listed a b", "applied c", "applied a", "deleted b"], await api.SeeAsync(4));
        var watch = api.WatchRequests[0];
        Assert.Equal(("10", "true"), (watch.Query("resourceVersion"), watch.Query("allowWatchBookmarks")));
        Assert.InRange(int.Parse(watch.Query("timeoutSeconds")!, System.Globalization.CultureInfo.InvariantCulture), 300, 600);
    }

    [Fact(Timeout = 60_000)]
    public async Task A21_A_dropped_watch_goes_on_from_the_last_version_and_nothing_is_lost_or_doubled()
    {
        await using var api = new WatchedApi(["a"], "10")
        {
            // The first is cut in the middle of a line, the second after a bookmark, the third ends in good order.
            Watches =
            {
                [0] = ["ADDED b 11", "half", "cut"],
                [1] = ["ADDED c 12", "BOOKMARK - 30", "cut"],
                [2] = ["end"],
                [3] = ["ADDED d 31"],
            },
        };
        Assert.Equal(["listed a", "applied b", "applied c", "applied d"], await api.SeeAsync(4));
        Assert.Equal(["10", "11", "30", "30"], api.WatchRequests.Select(request => request.Query("resourceVersion")));
        Assert.Equal(1, api.Lists);
    }

    [Fact(Timeout = 60_000)]
    public async Task A21_A_silent_watch_is_taken_for_dead_and_resumed()
    {
        await using var api = new WatchedApi(["a"], "10")
        {
            Watches = { [0] = ["ADDED b 11", "silence"], [1] = ["ADDED c 12"] },
        };
        Assert.Equal(["listed a", "applied b", "applied c"], await api.SeeAsync(3, RawApi.Quick with { WatchSilence = TimeSpan.FromSeconds(1) }));
        Assert.Equal(["10", "11"], api.WatchRequests.Select(request => request.Query("resourceVersion")));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("ERROR 410")]
    [InlineData("http 410")]
    public async Task A16_Watch_relists_after_410(string expired)
    {
        await using var api = new WatchedApi(["a"], "10")
        {
            Watches = { [0] = ["ADDED b 11", "cut"], [1] = [expired], [2] = ["ADDED d 51"] },
            LaterNames = ["a", "c"],
            LaterVersion = "50",
        };
        Assert.Equal(["listed a", "applied b", "listed a c", "applied d"], await api.SeeAsync(4));
        Assert.Equal(["10", "11", "50"], api.WatchRequests.Select(request => request.Query("resourceVersion")));
        Assert.Equal(2, api.Lists);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("http 429")]
    [InlineData("http 503")]
    [InlineData("cut at once")]
    public async Task A16_A_watch_that_cannot_be_opened_for_a_while_loses_nothing(string trouble)
    {
        await using var api = new WatchedApi(["a"], "10")
        {
            Watches = { [0] = [trouble], [1] = [trouble], [2] = [trouble], [3] = ["ADDED b 11"] },
        };
        Assert.Equal(["listed a", "applied b"], await api.SeeAsync(2));
        Assert.All(api.WatchRequests, request => Assert.Equal("10", request.Query("resourceVersion")));
        Assert.Equal(1, api.Lists);
    }

    [Fact(Timeout = 60_000)]
    public async Task A16_An_error_in_the_stream_other_than_410_lists_again()
    {
        await using var api = new WatchedApi(["a"], "10")
        {
            Watches = { [0] = ["ERROR 500"], [1] = ["ADDED b 11"] },
        };
        Assert.Equal(["listed a", "listed a", "applied b"], await api.SeeAsync(3));
    }

    [Fact(Timeout = 60_000)]
    public async Task A16_A_list_whose_page_expires_begins_anew_without_loss_or_doubles()
    {
        await using var api = Expiring();
        using var client = api.Client();
        var names = new List<string?>();
        await foreach (var map in client.ListAsync(CoreKinds.ConfigMaps, "default", new ListOptions { PageSize = 2 }, CancellationToken.None))
            names.Add(map.Metadata.Name);
        Assert.Equal(["a", "b", "c", "d"], names);
        Assert.Null(api.Requests.Last().Query("limit"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A16_A_watch_whose_list_expires_shows_only_the_new_list()
    {
        await using var api = Expiring();
        using var client = api.Client();
        await foreach (var change in client.WatchAsync(CoreKinds.ConfigMaps, "default", new ListOptions { PageSize = 2 }, CancellationToken.None))
        {
            var listed = Assert.IsType<WatchEvent<ConfigMap>.Listed>(change);
            Assert.Equal(["b", "c", "d"], listed.All.Select(map => map.Metadata.Name));
            break;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A24_Five_thousand_objects_come_over_pages_each_once()
    {
        string[] all = [.. Enumerable.Range(0, 5000).Select(i => $"vm-{i:0000}")];
        await using var api = new RawApi(request =>
        {
            var start = int.Parse(request.Query("continue") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
            var end = start + int.Parse(request.Query("limit")!, System.Globalization.CultureInfo.InvariantCulture);
            return RawApi.ConfigMaps("7", end < all.Length ? $"{end}" : null, all[start..Math.Min(end, all.Length)]);
        });
        using var client = api.Client();
        var names = new List<string?>();
        await foreach (var map in client.ListAsync(CoreKinds.ConfigMaps, "default", ListOptions.All, CancellationToken.None))
            names.Add(map.Metadata.Name);
        Assert.Equal(all, names);
        Assert.Equal(10, api.Requests.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_continue_token_that_leads_to_itself_is_no_kubernetes_answer()
    {
        await using var api = new RawApi(_ => RawApi.ConfigMaps("7", "same", "a"));
        using var client = api.Client();
        var failed = await Assert.ThrowsAsync<KubernetesException>(async () =>
        {
            await foreach (var _ in client.ListAsync(CoreKinds.ConfigMaps, "default", ListOptions.All, CancellationToken.None))
                await Task.Yield();
        });
        Assert.Equal(KubernetesFailure.Unavailable, failed.Failure);
    }

    /// <summary>The second page has expired; meanwhile <c>a</c> has gone and <c>d</c> has come.</summary>
    private static RawApi Expiring() => new(request => (request.Query("limit"), request.Query("continue")) switch
    {
        (not null, null) => RawApi.ConfigMaps("7", "two", "a", "b"),
        (not null, _) => RawApi.Status(410, "Expired"),
        _ => RawApi.ConfigMaps("9", null, "b", "c", "d"),
    });
}
