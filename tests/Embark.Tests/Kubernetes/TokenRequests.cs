using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Tests.Kubernetes;

public sealed class TokenRequests
{
    private static readonly NamespacedName Account = new("bookinfo", "bookinfo-ratings");
    private const string Subject = "system:serviceaccount:bookinfo:bookinfo-ratings";

    [Fact(Timeout = 60_000)]
    public async Task Asks_for_audience_and_lifetime_and_gives_the_token()
    {
        var token = Jwt(Subject, "\"istio-ca\"", Hours(1));
        await using var api = new RawApi(_ => Answer(token, Hours(1)));
        using var client = api.Client();
        var issued = await client.RequestTokenAsync(Account, "istio-ca", TimeSpan.FromSeconds(3600.9), CancellationToken.None);

        Assert.Equal(token, Encoding.UTF8.GetString(issued.Token.Reveal()));
        Assert.False(issued.Shortened);
        Assert.Equal("[REDACTED]", $"{issued.Token}");
        Assert.DoesNotContain(token, $"{issued}", StringComparison.Ordinal);
        var request = Assert.Single(api.Requests);
        Assert.Equal("/api/v1/namespaces/bookinfo/serviceaccounts/bookinfo-ratings/token", request.Target);
        Assert.Equal("""{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["istio-ca"],"expirationSeconds":3600}}""", request.Body);
    }

    [Fact(Timeout = 60_000)]
    public async Task A22_A_shorter_life_than_asked_for_can_be_read()
    {
        await using var api = new RawApi(_ => Answer(Jwt(Subject, "[\"istio-ca\",\"other\"]", Hours(1)), Hours(1)));
        using var client = api.Client();
        var issued = await client.RequestTokenAsync(Account, "istio-ca", TimeSpan.FromHours(24), CancellationToken.None);
        Assert.True(issued.Shortened);
        Assert.InRange(issued.ExpiresAt, DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddMinutes(61));
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "empty", "", "it is empty" },
        { "no JWT", "abc", "it is not a JWT" },
        { "two parts", "YQ.YQ", "it is not a JWT" },
        { "four parts", "YQ.YQ.YQ.YQ", "it is not a JWT" },
        { "no object", $"YQ.{Part("[]")}.YQ", "it is not a JWT" },
        { "wrong audience", Jwt(Subject, "\"kubernetes\"", Hours(1)), "its audience is kubernetes, not istio-ca" },
        { "no audience", Jwt(Subject, "7", Hours(1)), "its audience is missing" },
        { "wrong subject", Jwt("system:serviceaccount:kube-system:admin", "\"istio-ca\"", Hours(1)), "its subject is system:serviceaccount:kube-system:admin" },
        { "in the past", Jwt(Subject, "\"istio-ca\"", Hours(-1)), "it expired at" },
        { "no expiry", $"YQ.{Part($$"""{"sub":"{{Subject}}","aud":"istio-ca"}""")}.YQ", "it never expires" },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A22_A_token_that_is_not_the_one_asked_for_is_never_given_out(string what, string token, string expected)
    {
        Assert.NotEmpty(what);
        await using var api = new RawApi(_ => Answer(token, Hours(1)));
        var failed = await FailsAsync(api);
        Assert.Equal(KubernetesFailure.Invalid, failed.Failure);
        Assert.Contains(expected, failed.Message, StringComparison.Ordinal);
        Assert.Contains("bookinfo/bookinfo-ratings", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A22_An_answer_that_expired_by_its_own_account_is_never_given_out()
    {
        await using var api = new RawApi(_ => Answer(Jwt(Subject, "\"istio-ca\"", Hours(1)), Hours(-1)));
        Assert.Contains("it expired at", (await FailsAsync(api)).Message, StringComparison.Ordinal);
        await using var none = new RawApi(_ => RawApi.Answer(201, $$"""{"kind":"TokenRequest","status":{"token":"{{Jwt(Subject, "\"istio-ca\"", Hours(1))}}"} }"""));
        Assert.Contains("no expirationTimestamp", (await FailsAsync(none)).Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A25_The_servers_clock_decides_whether_a_token_has_expired()
    {
        // The server is two hours behind us: its fresh token of one hour looks expired here, and is not.
        var date = DateTimeOffset.UtcNow.AddHours(-2).ToString("r", CultureInfo.InvariantCulture);
        await using var api = new RawApi(_ => Answer(Jwt(Subject, "\"istio-ca\"", Hours(-1)), Hours(-1), $"Date: {date}\r\n"));
        using var client = api.Client();
        Assert.Null(client.ClockSkew);
        var issued = await client.RequestTokenAsync(Account, "istio-ca", TimeSpan.FromHours(1), CancellationToken.None);
        Assert.False(issued.Shortened);
        Assert.InRange(client.ClockSkew!.Value, TimeSpan.FromHours(-2.05), TimeSpan.FromHours(-1.95));
    }

    [Fact(Timeout = 60_000)]
    public async Task A14_An_absent_account_is_named()
    {
        await using var api = new RawApi(_ => RawApi.Status(404, "NotFound", """serviceaccounts \"bookinfo-ratings\" not found"""));
        var failed = await FailsAsync(api);
        Assert.Equal(KubernetesFailure.NotFound, failed.Failure);
        Assert.Contains("bookinfo/bookinfo-ratings", failed.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task A23_Less_than_ten_minutes_is_never_asked_for()
    {
        await using var api = new RawApi(_ => "");
        using var client = api.Client();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.RequestTokenAsync(Account, "istio-ca", TimeSpan.FromMinutes(5), CancellationToken.None));
        Assert.Empty(api.Requests);
    }

    private static async Task<KubernetesException> FailsAsync(RawApi api)
    {
        using var client = api.Client();
        return await Assert.ThrowsAsync<KubernetesException>(() => client.RequestTokenAsync(Account, "istio-ca", TimeSpan.FromHours(1), CancellationToken.None));
    }

    private static DateTimeOffset Hours(int hours) => DateTimeOffset.UtcNow.AddHours(hours);

    private static string Jwt(string subject, string audience, DateTimeOffset expiry) =>
        $"{Part("""{"alg":"none"}""")}.{Part($$"""{"sub":"{{subject}}","aud":{{audience}},"exp":{{expiry.ToUnixTimeSeconds()}} }""")}.c2ln";

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private static string Answer(string token, DateTimeOffset expires, string extra = "") => RawApi.Answer(201, new JsonObject
    {
        ["kind"] = "TokenRequest",
        ["apiVersion"] = "authentication.k8s.io/v1",
        ["spec"] = new JsonObject { ["expirationSeconds"] = 3600, ["token"] = "decoy" },
        ["status"] = new JsonObject { ["token"] = token, ["expirationTimestamp"] = expires.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) },
    }.ToJsonString(), extra: extra);
}
