using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>Lists in pages, selectors, and watches as client-go opens them.</summary>
public sealed class ListAndWatchTests : ServerTest
{
    private const string Entries = "/apis/networking.istio.io/v1/namespaces/bookinfo/workloadentries";
    private const string Maps = "/api/v1/namespaces/bookinfo/configmaps";

    [Fact(Timeout = 60_000)]
    public async Task Pages_of_a_list_show_one_moment()
    {
        for (var i = 0; i < 7; i++)
            await CreateMapAsync($"m{i}");

        var first = await Client.GetAsync($"{Maps}?limit=3&labelSelector=own", Cancel);
        await Client.SendAsync(HttpMethod.Delete, $"{Maps}/m6", null, Cancel);
        var second = await Client.GetAsync($"{Maps}?limit=3&labelSelector=own&continue={Continue(first)}", Cancel);
        var third = await Client.GetAsync($"{Maps}?limit=3&labelSelector=own&continue={Continue(second)}", Cancel);

        Assert.Equal(["m0", "m1", "m2", "m3", "m4", "m5", "m6"], [.. Names(first), .. Names(second), .. Names(third)]);
        Assert.Equal(4, (int)first["metadata"]!["remainingItemCount"]!);
        Assert.Equal("", Continue(third));
        Assert.Equal((string?)first["metadata"]!["resourceVersion"], (string?)third["metadata"]!["resourceVersion"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_continue_token_does_not_outlive_a_compaction()
    {
        var first = await Client.GetAsync("/api/v1/configmaps?limit=1", Cancel);
        Api.Compact();

        var gone = await Client.GetAsync($"/api/v1/configmaps?limit=1&continue={Continue(first)}", Cancel, HttpStatusCode.Gone);

        Assert.Equal("Expired", (string?)gone["reason"]);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("labelSelector=app%3Dratings", "ratings")]
    [InlineData("labelSelector=app%3D%3Dratings", "ratings")]
    [InlineData("labelSelector=app!%3Dratings,app", "details productpage reviews")]
    [InlineData("labelSelector=app+in+(ratings,+reviews)", "ratings reviews")]
    [InlineData("labelSelector=app+notin+(ratings,reviews)", "details productpage")]
    [InlineData("labelSelector=!app", "")]
    [InlineData("fieldSelector=metadata.name%3Ddetails", "details")]
    [InlineData("fieldSelector=metadata.name!%3Ddetails,metadata.namespace%3Dbookinfo", "productpage ratings reviews")]
    public async Task Selectors_choose(string selector, string expected)
    {
        var list = await Client.GetAsync($"/api/v1/namespaces/bookinfo/services?{selector}", Cancel);

        Assert.Equal(expected, string.Join(' ', Names(list)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Fields_of_pods_and_secrets_can_be_selected()
    {
        Assert.Equal(7, Names(await Client.GetAsync("/api/v1/pods?fieldSelector=status.phase!%3DFailed", Cancel)).Count());
        Assert.Equal(["istio-ca-secret"], Names(await Client.GetAsync("/api/v1/secrets?fieldSelector=type%3Distio.io/ca-root", Cancel)));
        await Client.GetAsync("/api/v1/secrets?fieldSelector=data.x%3D1", Cancel, HttpStatusCode.BadRequest);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_watch_with_initial_events_marks_their_end_then_follows()
    {
        using var events = await Client.WatchAsync($"{Entries}?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=300", Cancel);

        var start = await ApiClient.NextAsync(events, Cancel);
        var mark = await ApiClient.NextAsync(events, Cancel);
        await PatchAsync("""{"spec":{"weight":3}}""");
        var change = await ApiClient.NextAsync(events, Cancel);

        Assert.Equal(("ADDED", "ratings-vm"), ((string?)start["type"], (string?)start["object"]!["metadata"]!["name"]));
        Assert.Equal("BOOKMARK", (string?)mark["type"]);
        Assert.Equal("true", (string?)mark["object"]!["metadata"]!["annotations"]!["k8s.io/initial-events-end"]);
        Assert.Equal("MODIFIED", (string?)change["type"]);
        Assert.Equal(3, (int)change["object"]!["spec"]!["weight"]!);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_watch_from_a_list_misses_nothing_and_repeats_nothing()
    {
        var list = await Client.GetAsync($"{Entries}?limit=500&resourceVersion=0", Cancel);
        await PatchAsync("""{"spec":{"weight":1}}""");
        using var events = await Client.WatchAsync($"{Entries}?watch=1&resourceVersion={list["metadata"]!["resourceVersion"]}", Cancel);
        await PatchAsync("""{"spec":{"weight":2}}""");
        await Client.SendAsync(HttpMethod.Delete, $"{Entries}/ratings-vm", null, Cancel);

        var seen = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            var next = await ApiClient.NextAsync(events, Cancel);
            seen.Add($"{next["type"]} {next["object"]!["spec"]!["weight"]}");
        }

        Assert.Equal(["MODIFIED 1", "MODIFIED 2", "DELETED 2"], seen);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_object_that_begins_or_ceases_to_match_appears_or_disappears()
    {
        using var events = await Client.WatchAsync($"{Entries}?watch=true&labelSelector=tier%3Dvm", Cancel);

        await PatchAsync("""{"metadata":{"labels":{"tier":"vm"}}}""");
        await PatchAsync("""{"spec":{"weight":5}}""");
        await PatchAsync("""{"metadata":{"labels":{"tier":null}}}""");

        foreach (var expected in (string[])["ADDED", "MODIFIED", "DELETED"])
            Assert.Equal(expected, (string?)(await ApiClient.NextAsync(events, Cancel))["type"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_watch_from_before_the_compaction_gets_410_in_the_stream()
    {
        await PatchAsync("""{"spec":{"weight":1}}""");
        Api.Compact();
        using var events = await Client.WatchAsync($"{Entries}?watch=true&resourceVersion=1", Cancel);

        var error = await ApiClient.NextAsync(events, Cancel);

        Assert.Equal("ERROR", (string?)error["type"]);
        Assert.Equal(410, (int)error["object"]!["code"]!);
        Assert.Null(await events.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_watch_ends_with_a_bookmark_when_its_time_is_up()
    {
        using var events = await Client.WatchAsync($"{Entries}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion={Api.Store.Version}", Cancel);

        var last = await ApiClient.NextAsync(events, Cancel);

        Assert.Equal("BOOKMARK", (string?)last["type"]);
        Assert.Null(await events.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task Definitions_are_listed_and_watched_as_metadata_only()
    {
        const string accept = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

        var list = await Client.GetAsync("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Cancel, accept: accept);

        Assert.Equal("PartialObjectMetadataList", (string?)list["kind"]);
        Assert.Contains("workloadentries.networking.istio.io", Names(list));
        Assert.Null(list["items"]![0]!["spec"]);
    }

    [Fact(Timeout = 60_000)]
    public async Task Protobuf_alone_is_not_acceptable()
    {
        await Client.GetAsync("/api/v1/pods", Cancel, HttpStatusCode.NotAcceptable, "application/vnd.kubernetes.protobuf");
        await Client.GetAsync("/api/v1/pods", Cancel, HttpStatusCode.OK, "application/vnd.kubernetes.protobuf,application/json");
    }

    [Fact(Timeout = 300_000)]
    public async Task Ten_thousand_entries_are_written_listed_and_followed()
    {
        const int count = 10_000;
        var resource = Api.Operations.Catalog.FindKind("networking.istio.io/v1", "WorkloadEntry")!;
        using var events = await Client.WatchAsync($"{Entries}?watch=true&resourceVersion={Api.Store.Version}", Cancel);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < count; i++)
            Api.Operations.Create(resource, "v1", "bookinfo", Entry($"vm-{i:D5}"), new());
        for (var i = 0; i < count; i++)
            Assert.Equal($"vm-{i:D5}", (string?)(await ApiClient.NextAsync(events, Cancel))["object"]!["metadata"]!["name"]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} written and followed in {clock.Elapsed}");

        clock.Restart();
        var (seen, token) = (0, "");
        do
        {
            var page = await Client.GetAsync($"{Entries}?limit=500&continue={token}", Cancel);
            (seen, token) = (seen + page["items"]!.AsArray().Count, Continue(page));
        }
        while (token.Length > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"listed in pages of 500 in {clock.Elapsed}");

        Assert.Equal(count + 1, seen);
    }

    private static JsonObject Entry(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = new JsonObject { ["address"] = "10.0.0.1", ["labels"] = new JsonObject { ["app"] = "ratings" }, ["serviceAccount"] = "bookinfo-ratings" },
    };

    private static IEnumerable<string> Names(JsonObject list) => list["items"]!.AsArray().Select(item => (string)item!["metadata"]!["name"]!);

    private static string Continue(JsonObject list) => (string?)list["metadata"]!["continue"] ?? "";

    private Task<JsonObject> CreateMapAsync(string name) => Client.SendAsync(
        HttpMethod.Post, Maps, $$$"""{"metadata":{"name":"{{{name}}}","labels":{"own":""} } }""", Cancel, HttpStatusCode.Created);

    private Task<JsonObject> PatchAsync(string patch) => Client.SendAsync(HttpMethod.Patch, $"{Entries}/ratings-vm", patch, Cancel, type: "application/merge-patch+json");
}
