using Embark.Checks;
using Embark.Kubernetes;

namespace Embark.Tests.Checks;

/// <summary>What the table must not get wrong, in lines of the tests' own.</summary>
public sealed class KnownFailureSpecs
{
    private const string Version = "2026-11-23T06:09:40.416771Z\tinfo\tVersion 1.30.3-unknown-Clean\n";
    private const string Refused = "2026-11-23T06:09:41Z\terror\tcitadelclient\tfailed to sign CSR: create certificate: rpc error: code = Unauthenticated desc = request authenticate failure\n";
    private const string Taken = "2026-11-23T06:09:41Z\twarning\tenvoy upstream\tlds: listener '127.0.0.1_9080' config rejected: cannot bind '127.0.0.1:9080': Address already in use\tthread=1\n";
    private static readonly LogContext Mesh = new("Kubernetes", "10.128.0.2", ["10.128.0.2_9080"], ["127.0.0.2"]);

    [Fact(Timeout = 15_000)]
    public async Task What_an_earlier_start_said_does_not_count()
    {
        await Task.CompletedTask;
        Assert.Null(KnownFailures.Find(Version + Refused + Version, Mesh));
    }

    [Fact(Timeout = 15_000)]
    public async Task Fault_that_passed_does_not_count()
    {
        await Task.CompletedTask;
        Assert.Null(KnownFailures.Find(Version + Refused + "2026-11-23T06:09:42Z\tinfo\tcache\tgenerated new workload certificate\tresourceName=default\n", Mesh));
    }

    [Fact(Timeout = 15_000)]
    public async Task Certificate_that_came_before_the_fault_does_not_hide_it()
    {
        await Task.CompletedTask;
        Assert.Equal("token-rejected", KnownFailures.Find(Version + "x\tgenerated new workload certificate\n" + Refused, Mesh)?.Name);
    }

    [Fact(Timeout = 15_000)]
    public async Task J120_Sidecar_that_asks_for_loopback_makes_it_a_port_in_use()
    {
        await Task.CompletedTask;
        Assert.Equal(("labels", "egress-port-taken"), (KnownFailures.Find(Version + Taken, Mesh)?.Name, KnownFailures.Find(Version + Taken, Mesh with { EgressBinds = ["127.0.0.1"] })?.Name));
    }

    [Fact(Timeout = 15_000)]
    public async Task J136_Envoy_without_istios_extensions_is_named()
    {
        await Task.CompletedTask;
        const string line = "x\twarning\tlds: listener '10.128.0.2_9080' config rejected: Didn't find a registered implementation for 'istio.stats' with type URL: 'stats.PluginConfig'\n";
        Assert.Equal("not-istio-proxy", KnownFailures.Find(Version + line, Mesh)?.Name);
    }

    [Fact(Timeout = 15_000)]
    public async Task Any_other_refusal_shows_envoys_reason()
    {
        await Task.CompletedTask;
        Assert.Contains("bad port", KnownFailures.Find(Version + "x\twarning\tlds: listener '10.128.0.2_9080' config rejected: bad port\tthread=4\n", Mesh)?.What, StringComparison.Ordinal);
    }

    [Fact(Timeout = 15_000)]
    public async Task Hostile_words_of_a_log_reach_no_terminal_unescaped()
    {
        await Task.CompletedTask;
        Assert.DoesNotContain('\u001b', KnownFailures.Find(Version + "x\tlds: listener '10.128.0.2_9080' config rejected: \u001b[2J gone\n", Mesh)!.What);
    }

    [Fact(Timeout = 15_000)]
    public async Task Names_of_causes_are_unique()
    {
        await Task.CompletedTask;
        Assert.Equal(KnownFailures.Rows.Count, KnownFailures.Rows.Select(row => row.Name).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact(Timeout = 15_000)]
    public async Task Every_hole_in_a_text_is_filled_by_a_fragment()
    {
        await Task.CompletedTask;
        foreach (var row in KnownFailures.Rows)
            foreach (System.Text.RegularExpressions.Match hole in System.Text.RegularExpressions.Regex.Matches(row.Cause + row.Fix, @"\{([a-z-]+)\}"))
                Assert.True(hole.Groups[1].Value is "mesh-cluster" or "instance-ip" || row.Fragments.Any(f => f.Contains($"(?<{hole.Groups[1].Value}>", StringComparison.Ordinal)), $"{row.Name}: {hole.Value}");
    }

    [Fact(Timeout = 15_000)]
    public async Task Message_names_the_cause_and_its_fix()
    {
        await Task.CompletedTask;
        var report = new ProofReport
        {
            Workload = new NamespacedName("bookinfo", "ratings-vm"),
            Checks = [CheckResult.Failed("ready", "nothing answers", "see the log")],
            Cause = new KnownCause("blocked", "packets to 10.4.100.1:15012 are dropped", "open the port"),
        };
        var failure = new NotJoinedException(report);

        Assert.Equal(FailureClass.NotJoined, failure.Failure);
        Assert.Equal("WorkloadEntry bookinfo/ratings-vm: the VM has not joined the mesh: packets to 10.4.100.1:15012 are dropped", failure.Message);
        Assert.Equal("open the port", failure.Fix);
    }

    [Fact(Timeout = 15_000)]
    public async Task What_was_not_seen_is_joined_but_not_proved()
    {
        await Task.CompletedTask;
        var report = new ProofReport { Workload = new NamespacedName("bookinfo", "ratings-vm"), Checks = [CheckResult.Ok("VM to mesh", "200"), CheckResult.Warning("mesh to VM", "not proved", "--from URL")] };

        Assert.Equal((true, false), (report.Joined, report.Proved));
        Assert.Equal("--from URL", new NotJoinedException(report).Fix);
    }

    [Theory(Timeout = 15_000)]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 200, "hello world")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\nno", 503, "no")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nalready joined", 200, "already joined")]
    public async Task Answers_are_read_as_the_tools_bring_them(string raw, int status, string body)
    {
        await Task.CompletedTask;
        Assert.Equal(new HttpAnswer(status, body), HttpAnswer.Read(System.Text.Encoding.UTF8.GetBytes(raw)));
    }
}
