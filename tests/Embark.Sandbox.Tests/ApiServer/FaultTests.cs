using System.Net;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer;

namespace Embark.Sandbox.Tests.ApiServer;

/// <summary>The fault switch, and the log of requests.</summary>
public sealed class FaultTests : ServerTest
{
    private const string Entries = "/apis/networking.istio.io/v1/namespaces/bookinfo/workloadentries";
    private const string Token = "/api/v1/namespaces/bookinfo/serviceaccounts/bookinfo-ratings/token";

    [Fact(Timeout = 60_000)]
    public async Task An_answer_hits_the_next_matching_requests_only()
    {
        Api.Faults.Add(new Fault.Answer(429) { Verb = "list", Path = "workloadentries$", Times = 2, RetryAfterSeconds = 1 });

        await Client.GetAsync(Entries + "/ratings-vm", Cancel);
        using var first = await Client.Http.GetAsync(Entries, Cancel);
        await Client.GetAsync(Entries, Cancel, HttpStatusCode.TooManyRequests);
        await Client.GetAsync(Entries, Cancel);

        Assert.Equal(HttpStatusCode.TooManyRequests, first.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), first.Headers.RetryAfter?.Delta);
        Assert.Empty(Api.Faults.Pending);
    }

    [Fact(Timeout = 60_000)]
    public async Task Faults_are_switched_over_http_too()
    {
        await using (var answer = await PutAsync("""[{"fault":"answer","verb":"get","status":503,"times":1},{"fault":"html","path":"/version"},{"fault":"badToken","flaw":"Empty"}]"""))
            Assert.Equal(3, Api.Faults.Pending.Count);

        await Client.GetAsync(Entries + "/ratings-vm", Cancel, HttpStatusCode.ServiceUnavailable);
        Assert.StartsWith("<!DOCTYPE html>", await Client.Http.GetStringAsync("/version", Cancel), StringComparison.Ordinal);
        using var cleared = await Client.Http.DeleteAsync("/sandbox/faults", Cancel);
        Assert.Equal("[]", await cleared.Content.ReadAsStringAsync(Cancel));

        async Task<Stream> PutAsync(string faults)
        {
            var answer = await Client.Http.PutAsync("/sandbox/faults", new StringContent(faults), Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadAsStreamAsync(Cancel);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Watches_are_cut_expire_or_fall_silent()
    {
        Api.Faults.Add(new Fault.CutWatch(1) { Times = 1 });
        using var cut = await Client.WatchAsync(Entries + "?watch=true", Cancel);
        await ApiClient.NextAsync(cut, Cancel);
        Assert.Null(await cut.ReadLineAsync(Cancel));

        Api.Faults.Add(new Fault.WatchExpired(1) { Times = 1 });
        using var expired = await Client.WatchAsync(Entries + "?watch=true", Cancel);
        await ApiClient.NextAsync(expired, Cancel);
        Assert.Equal(410, (int)(await ApiClient.NextAsync(expired, Cancel))["object"]!["code"]!);

        Api.Faults.Add(new Fault.SilentWatch(0) { Times = 1 });
        using var silent = await Client.WatchAsync(Entries + "?watch=true", Cancel);
        var line = silent.ReadLineAsync(Cancel).AsTask();
        Assert.NotSame(line, await Task.WhenAny(line, Task.Delay(300, Cancel)));

        Api.Faults.Add(new Fault.CutWatch(1) { Times = 1, InMidLine = true });
        using var torn = await Client.WatchAsync(Entries + "?watch=true", Cancel);
        await ApiClient.NextAsync(torn, Cancel);
        await Assert.ThrowsAnyAsync<IOException>(async () => await torn.ReadLineAsync(Cancel));
    }

    [Fact(Timeout = 60_000)]
    public async Task Lists_lose_their_continue_tokens_and_have_small_pages()
    {
        Api.Faults.Add(new Fault.PageCap(2), new Fault.ContinueExpired { Times = 1 });

        var page = await Client.GetAsync("/api/v1/configmaps", Cancel);
        var token = (string)page["metadata"]!["continue"]!;

        Assert.Equal(2, page["items"]!.AsArray().Count);
        await Client.GetAsync($"/api/v1/configmaps?continue={token}", Cancel, HttpStatusCode.Gone);
        await Client.GetAsync($"/api/v1/configmaps?continue={token}", Cancel);
    }

    [Fact(Timeout = 60_000)]
    public async Task Tokens_come_back_flawed()
    {
        foreach (var flaw in Enum.GetValues<TokenFlaw>())
            Api.Faults.Add(new Fault.BadToken(flaw) { Times = 1 });
        var answers = new List<JsonObject>();
        foreach (var _ in Enum.GetValues<TokenFlaw>())
            answers.Add(await Client.SendAsync(HttpMethod.Post, Token, """{"spec":{"audiences":["istio-ca"],"expirationSeconds":3600}}""", Cancel, HttpStatusCode.Created));

        Assert.Equal("", (string?)answers[0]["status"]!["token"]);
        Assert.Equal("not-a-token", (string?)answers[1]["status"]!["token"]);
        Assert.True(DateTimeOffset.Parse((string)answers[4]["status"]!["expirationTimestamp"]!, null) < TimeProvider.System.GetUtcNow());
    }

    [Fact(Timeout = 60_000)]
    public async Task The_clock_and_the_body_can_be_wrong()
    {
        Api.Faults.Add(new Fault.DateSkew(7200) { Times = 1 });
        using var skewed = await Client.Http.GetAsync("/version", Cancel);
        Assert.True(skewed.Headers.Date > TimeProvider.System.GetUtcNow().AddHours(1.9));

        Api.Faults.Add(new Fault.CutBody(40) { Times = 1 });
        await Assert.ThrowsAnyAsync<Exception>(() => Client.Http.GetStringAsync("/api/v1/pods", Cancel));
        await Client.Http.GetStringAsync("/api/v1/pods", Cancel);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_log_has_every_request_and_no_secret()
    {
        var file = Path.GetTempFileName();
        string token;
        await using (var server = await Server.StartAsync(new ApiServerOptions { RequestLogFile = file }, Cancel))
        {
            using var client = new ApiClient(server, server.TokenFor("operator"));
            var answer = await client.SendAsync(HttpMethod.Post, Token, """{"spec":{"audiences":["istio-ca"]}}""", Cancel, HttpStatusCode.Created);
            token = (string)answer["status"]!["token"]!;
            await client.GetAsync("/api/v1/nodes?limit=1", Cancel, HttpStatusCode.Forbidden);

            Assert.Equal([("create", Token, 201), ("list", "/api/v1/nodes?limit=1", 403)], server.Log.Entries.Select(entry => (entry.Verb, entry.Path, entry.Status)));
            Assert.All(server.Log.Entries, entry => Assert.Equal("operator", entry.User));
        }
        var text = await File.ReadAllTextAsync(file, Cancel);
        File.Delete(file);

        Assert.Equal(2, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
    }
}
