using Embark.Checks;
using Embark.Tests.House;

namespace Embark.Tests.Checks;

/// <summary>Logs of a real pilot-agent 1.30.3 under one fault each: the cause is named, and look-alikes are told apart.</summary>
public sealed class CausesInRecordedLogs
{
    private static readonly string Folder = Path.GetFullPath(Path.Combine(Checkout.Root, "..", "shared", "reference", "real-istio-1.30.3", "agent-logs"));

    private static readonly LogContext Mesh = new("Kubernetes", "10.128.0.2", ["10.128.0.2_9080"], ["127.0.0.2"]);

    [Theory(Timeout = 15_000)]
    [InlineData("port-taken-15021", "port-taken")]
    [InlineData("port-15021-squatted", "port-taken")]
    [InlineData("second-agent-second", "another-proxy")]
    [InlineData("second-while-draining-second", "another-proxy-draining")]
    [InlineData("second-while-draining-first", "stopping")]
    [InlineData("refused-15012", "istiod-refused")]
    [InlineData("packets-dropped", "blocked")]
    [InlineData("no-route", "no-route")]
    [InlineData("name-unknown", "name-unknown")]
    [InlineData("wrong-root", "wrong-root")]
    [InlineData("wrong-name", "wrong-name")]
    [InlineData("dns-gateway-istiod-san-with-ca-addr", "ca-address-set")]
    [InlineData("garbage-token", "token-rejected")]
    [InlineData("no-token", "token-missing")]
    [InlineData("wrong-cluster-id", "wrong-cluster-id")]
    [InlineData("wrong-service-account", "wrong-service-account")]
    [InlineData("wrong-namespace", "wrong-namespace")]
    [InlineData("port-taken-9080-on-instance-ip", "application-port-taken")]
    [InlineData("no-labels", "labels")]
    [InlineData("wrong-labels", "labels")]
    [InlineData("wrong-instance-ip", "instance-ip")]
    [InlineData("istiod-lost-after-join", "istiod-lost")]
    public async Task Names_the_cause(string log, string cause) => Assert.Equal(cause, (await FindAsync(log))?.Name);

    [Theory(Timeout = 15_000)]
    [InlineData("ok")]
    [InlineData("restart-without-token")]
    [InlineData("dns-gateway-istiod-san-no-ca-addr")]
    [InlineData("side-by-side-second")]
    [InlineData("second-agent-first")]
    [InlineData("no-intercept-none")]
    [InlineData("no-labels-app-down")]
    [InlineData("no-network")]
    [InlineData("wrong-network")]
    [InlineData("wrong-trust-domain")]
    public async Task Names_none_where_the_log_is_that_of_a_good_start(string log) => Assert.Null(await FindAsync(log));

    [Fact(Timeout = 15_000)]
    public async Task J116_Wrong_cluster_id_is_shown_beside_the_meshs()
    {
        var cause = await FindAsync("wrong-cluster-id");

        Assert.Contains("\"elsewhere\"", cause!.What, StringComparison.Ordinal);
        Assert.Contains("\"Kubernetes\"", cause.What, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task J114_Both_service_accounts_are_named()
    {
        var cause = await FindAsync("wrong-service-account");

        Assert.Contains("bookinfo-ratings", cause!.What, StringComparison.Ordinal);
        Assert.Contains("someone-else", cause.What, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task Every_recorded_log_is_in_one_of_the_tables()
    {
        await Task.CompletedTask;
        Assert.SkipUnless(Directory.Exists(Folder), "needs the recordings of a real Istio beside the checkout");
        var listed = typeof(CausesInRecordedLogs).GetMethods().SelectMany(m => m.GetCustomAttributes(typeof(InlineDataAttribute), false).Cast<InlineDataAttribute>())
            .Select(data => (string)data.Data[0]!).ToHashSet(StringComparer.Ordinal);
        Assert.All(Directory.GetFiles(Folder, "*.log").Select(Path.GetFileNameWithoutExtension), name => Assert.Contains(name!, listed));
    }

    private static async Task<KnownCause?> FindAsync(string log)
    {
        var file = Path.Combine(Folder, $"{log}.log");
        Assert.SkipUnless(File.Exists(file), "needs the recordings of a real Istio beside the checkout");
        return KnownFailures.Find(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), Mesh);
    }
}
