using Embark.Planning;

namespace Embark.Tests.Planning;

/// <summary>What a plan holds for a VM that has been joined before.</summary>
public sealed class ReplanningSpecs
{
    private static readonly DateTimeOffset Clock = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
    private static readonly VmFacts Joined = GuideExample.Joined(GuideExample.Mesh, GuideExample.Workload, Clock);

    private static Plan PlanFor(VmFacts facts) => Planner.For(GuideExample.Mesh, GuideExample.Workload, facts);

    [Fact(Timeout = 15_000)]
    public void Second_run_changes_nothing() => Assert.Empty(PlanFor(Joined).Steps);

    [Fact(Timeout = 15_000)]
    public void Hash_does_not_depend_on_token_clock_or_resource_version()
    {
        var later = Planner.For(GuideExample.Mesh, GuideExample.Workload with { ResourceVersion = "7" }, GuideExample.Empty(Clock.AddDays(1)));

        Assert.Equal(PlanFor(Joined).Hash, later.Hash);
        Assert.Matches("^sha256:[0-9a-f]{64}$", later.Hash);
    }

    [Fact(Timeout = 15_000)]
    public void A_changed_label_replaces_the_proxy_over_the_bridge()
    {
        var changed = GuideExample.Workload with { Labels = new Dictionary<string, string> { ["app"] = "ratings", ["version"] = "v4" } };

        var plan = Planner.For(GuideExample.Mesh, changed, Joined);

        var replace = Assert.Single(plan.Steps.OfType<PlanStep.ReplaceContainer>());
        Assert.False(replace.GapExpected);
        Assert.Equal("istio-proxy.bridge", replace.Bridge.Name);
        Assert.Equal(15121, replace.Bridge.ReadinessPort);
        Assert.Contains("embark.role=bridge", replace.Bridge.Options);
        Assert.Contains("type=bind,source=/etc/istio-proxy/bridge/certs,target=/etc/certs", replace.Bridge.Options);
        var environment = Assert.IsType<FileContent.Text>(plan.Steps.OfType<PlanStep.WriteFile>().Single(f => f.Path == "/etc/istio-proxy/bridge/sidecar.env").Content).Value;
        Assert.Contains("\"proxyAdminPort\":15100,\"statusPort\":15120}", environment, StringComparison.Ordinal);
        Assert.EndsWith("ENVOY_STATUS_PORT=15121\nENVOY_PROMETHEUS_PORT=15190\n", environment, StringComparison.Ordinal);
        var tokens = plan.Steps.OfType<PlanStep.WriteFile>().Where(f => f.Content is FileContent.WorkloadToken).ToList();
        Assert.Equal(["/etc/istio-proxy/tokens/istio-token", "/etc/istio-proxy/bridge/tokens/istio-token"], tokens.Select(t => t.Path));
        Assert.Equal(tokens[0].Content, tokens[1].Content);
        Assert.IsType<FileContent.Manifest>(Assert.IsType<PlanStep.WriteFile>(plan.Steps[^1]).Content);
    }

    [Fact(Timeout = 15_000)]
    public void A_proxy_of_another_user_is_replaced_with_a_gap_and_its_keys_go()
    {
        var root = Joined with { Containers = [Joined.Containers[0] with { User = "0:0" }] };

        var steps = PlanFor(root).Steps;

        Assert.True(Assert.Single(steps.OfType<PlanStep.ReplaceContainer>()).GapExpected);
        Assert.Equal(["/etc/istio-proxy/certs/key.pem", "/etc/istio-proxy/certs/cert-chain.pem"], Assert.IsType<PlanStep.RemovePaths>(steps[0]).Paths);
        Assert.Contains(steps.OfType<PlanStep.WriteFile>(), f => f.Path == "/etc/istio-proxy/certs/root-cert.pem");
    }

    public static TheoryData<string, ContainerFacts> MadeByHand
    {
        get
        {
            var spec = PlanFor(GuideExample.Empty(Clock)).Steps.OfType<PlanStep.RunContainer>().Single().Container;
            var right = Joined.Containers[0] with { NamedImage = Ran, Arguments = spec.Arguments, Mounts = spec.Mounts };
            return new()
            {
                { "", right },
                { "", right with { Mounts = [.. spec.Mounts!.Reverse()] } },
                { "image", right with { NamedImage = "docker.io/tetrate/proxyv2:other" } },
                { "words", right with { Arguments = [.. spec.Arguments, "--proxyLogLevel=debug"] } },
                { "mount", right with { Mounts = [.. spec.Mounts!, new("/", "/host", ReadOnly: true)] } },
                { "mount", right with { Mounts = [.. spec.Mounts!.Select(mount => mount with { ReadOnly = false })] } },
            };
        }
    }

    private const string Ran = "docker.io/tetrate/proxyv2@sha256:62336304f447d923c764a68f88328891c62b1370e34851fc4559a73c861247e7";

    [Theory(Timeout = 15_000)]
    [MemberData(nameof(MadeByHand))]
    public void A_container_recreated_by_hand_under_the_plans_label_is_replaced(string differs, ContainerFacts container)
    {
        var manifest = (Manifest.Read(Joined.Manifest)! with { ImageDigest = Ran }).Write();

        var replaced = PlanFor(Joined with { Containers = [container], Manifest = manifest }).Steps.OfType<PlanStep.ReplaceContainer>();

        Assert.Equal(differs.Length > 0, replaced.Any());
    }

    public static TheoryData<string, CertificateFacts?> BadCertificates => new()
    {
        { "expired", Joined.Certificate! with { NotAfter = Clock.AddSeconds(-1) } },
        { "of another identity", Joined.Certificate! with { SpiffeId = "spiffe://cluster.local/ns/bookinfo/sa/other" } },
        { "without its key", Joined.Certificate! with { KeyMatches = false } },
        { "unreadable", null },
    };

    [Theory(Timeout = 15_000)]
    [MemberData(nameof(BadCertificates))]
    public void A_certificate_that_blocks_a_join_is_removed_first(string which, CertificateFacts? certificate)
    {
        var plan = PlanFor(Joined with { Certificate = certificate, Manifest = null });

        Assert.NotEmpty(which);
        Assert.Contains("/etc/istio-proxy/certs/key.pem", Assert.IsType<PlanStep.RemovePaths>(plan.Steps[0]).Paths);
        Assert.Contains(plan.Steps, s => s is PlanStep.WriteFile { Content: FileContent.WorkloadToken });
    }

    [Fact(Timeout = 15_000)]
    public void No_token_is_asked_for_while_the_certificate_has_more_than_half_its_life()
    {
        var plan = PlanFor(Joined with { Manifest = null });

        Assert.Equal(["/etc/istio-proxy/manifest.json"], plan.Steps.Cast<PlanStep.WriteFile>().Select(f => f.Path));
    }

    [Fact(Timeout = 15_000)]
    public void A_token_is_asked_for_when_certificate_and_token_are_past_half_their_life()
    {
        var old = Joined with { Clock = Clock.AddHours(13) };

        Assert.Equal(["/etc/istio-proxy/tokens/istio-token", "/etc/istio-proxy/manifest.json"], PlanFor(old).Steps.Cast<PlanStep.WriteFile>().Select(f => f.Path));
    }

    [Fact(Timeout = 15_000)]
    public void A_foreign_container_is_refused_and_adopted_only_on_request()
    {
        var foreign = GuideExample.Empty(Clock) with { Containers = [new("istio-proxy", true, new Dictionary<string, string>(), "", "sha256:1")] };

        var refused = Assert.Throws<InvalidInputException>(() => PlanFor(foreign));
        var adopted = Planner.For(GuideExample.Mesh, GuideExample.With(new() { Adopt = true }), foreign);

        Assert.Contains("--adopt", refused.Problems[0].Fix, StringComparison.Ordinal);
        Assert.Equal(FailureClass.VmNotReady, refused.Failure);
        Assert.True(Assert.Single(adopted.Steps.OfType<PlanStep.ReplaceContainer>()).GapExpected);
    }

    [Fact(Timeout = 15_000)]
    public void An_interrupted_replacement_is_finished_before_the_bridge_goes()
    {
        var labels = new Dictionary<string, string>(Joined.Containers[0].Labels) { ["embark.plan"] = "sha256:old" };
        var cut = Joined with
        {
            Containers = [new("istio-proxy.bridge", true, labels, "1001:1002", "i"), new("istio-proxy.old", false, labels, "1001:1002", "i")],
        };

        var containers = PlanFor(cut).Steps.Where(s => s is PlanStep.RunContainer or PlanStep.RemoveContainer).ToList();

        Assert.IsType<PlanStep.RunContainer>(containers[0]);
        Assert.Equal(["istio-proxy.bridge", "istio-proxy.old"], containers.Skip(1).Cast<PlanStep.RemoveContainer>().Select(r => r.Name));
    }

    [Fact(Timeout = 15_000)]
    public void Leftovers_beside_a_proxy_that_is_as_it_should_be_are_removed_and_nothing_else()
    {
        var left = Joined with { Containers = [.. Joined.Containers, new("istio-proxy.old", false, Joined.Containers[0].Labels, "1001:1002", "i")] };

        var steps = PlanFor(left).Steps;

        Assert.Equal(new PlanStep.RemoveContainer("istio-proxy.old"), steps[0]);
        Assert.DoesNotContain(steps, s => s is PlanStep.RunContainer or PlanStep.ReplaceContainer or PlanStep.PullImage);
    }

    [Fact(Timeout = 15_000)]
    public void A_guide_directory_of_mode_0775_is_narrowed()
    {
        var modes = new Dictionary<string, UnixFileMode>(Joined.Modes) { ["/etc/istio-proxy"] = (UnixFileMode)0b111_111_101 };

        var steps = PlanFor(Joined with { Modes = modes }).Steps;

        Assert.Equal("0750", Assert.IsType<PlanStep.EnsureDirectory>(steps[0]).Mode.Octal());
    }

    [Fact(Timeout = 15_000)]
    public void A_new_root_bundle_is_written_to_both_places_and_the_proxy_replaced()
    {
        var mesh = GuideExample.Mesh with { RootCertificates = GuideExample.Roots + GuideExample.Roots };

        var plan = Planner.For(mesh, GuideExample.Workload, Joined);

        var written = plan.Steps.OfType<PlanStep.WriteFile>().Select(f => f.Path).ToList();
        Assert.Contains("/etc/istio-proxy/istio-ca.pem", written);
        Assert.Contains("/etc/istio-proxy/certs/root-cert.pem", written);
        Assert.Single(plan.Steps.OfType<PlanStep.ReplaceContainer>());
    }
}
