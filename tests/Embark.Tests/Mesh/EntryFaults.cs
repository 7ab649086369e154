using System.Text.Json.Nodes;
using Embark.Mesh;
using Embark.Planning;
using Embark.Tests.Planning;

namespace Embark.Tests.Mesh;

/// <summary>Block W of the fault matrix: values that a namespace user controls. Nothing here opens a connection: what is refused is refused before.</summary>
public sealed class EntryFaults
{
    private const string P = "sidecar-bootstrap.istio.io/";

    private static readonly EntrySurroundings Around = new()
    {
        Sidecars = [new(new() { Name = "s", Namespace = "bookinfo" }, new(new(new Dictionary<string, string> { ["app"] = "ratings" }, null), [new(new(9080, "http", "HTTP"), null, null)], [new(["./*"], null, null)]))],
    };

    internal static WorkloadEntryObject Entry(Action<Dictionary<string, string>>? annotations = null, Func<WorkloadEntrySpec, WorkloadEntrySpec>? spec = null, string name = "ratings-vm")
    {
        var own = new Dictionary<string, string>(GuideExample.Workload.Annotations);
        annotations?.Invoke(own);
        var usual = new WorkloadEntrySpec("35.194.38.142", GuideExample.Workload.Labels, "bookinfo-ratings", "vm-us-central1-a");
        return new(new() { Name = name, Namespace = "bookinfo", Annotations = own, ResourceVersion = "7" }, spec?.Invoke(usual) ?? usual, null);
    }

    internal static (WorkloadEntry? Workload, Findings Findings) Read(WorkloadEntryObject entry, MeshReaderOptions? options = null)
    {
        var findings = new Findings();
        return (new EntryDoor(options ?? new() { SshUser = "operator" }).Read(entry, Around, findings), findings);
    }

    private static Problem Refused(WorkloadEntryObject entry, string field)
    {
        var (workload, findings) = Read(entry);
        Assert.Null(workload);
        var problem = findings.Problems.FirstOrDefault(p => p.Where.Contains(field, StringComparison.Ordinal));
        Assert.True(problem is not null, string.Join('\n', findings.Problems));
        Assert.StartsWith("WorkloadEntry bookinfo/ratings-vm", problem.Where, StringComparison.Ordinal);
        Assert.DoesNotContain(problem.ToString(), c => c is < ' ' and not '\n');
        Assert.NotEmpty(problem.Fix);
        return problem;
    }

    private static Problem Refused(string annotation, string value) => Refused(Entry(a => a[annotation] = value), annotation);

    private static WorkloadEntry Accepted(WorkloadEntryObject entry)
    {
        var (workload, findings) = Read(entry);
        Assert.True(workload is not null, string.Join('\n', findings.Problems));
        return workload;
    }

    [Theory(Timeout = 15_000)]
    [InlineData("unix:///var/run/x.sock")]
    [InlineData("[::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1")]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("224.0.0.1")]
    [InlineData("ff02::1")]
    [InlineData("10.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("10.128.0.2/24")]
    [InlineData("10.128.0.2:22")]
    [InlineData("a b")]
    [InlineData("-oProxyCommand=id")]
    [InlineData("010.128.0.2")]
    public void W31_Bad_address_is_refused(string address) => Refused(Entry(spec: s => s with { Address = address }), "spec.address");

    [Theory(Timeout = 15_000)]
    [InlineData("")]
    [InlineData(null)]
    public void W31_Without_address_something_must_say_where_the_vm_is(string? address)
    {
        Refused(Entry(spec: s => s with { Address = address }), "spec.address");
        Refused(Entry(a => a.Remove(P + "proxy-instance-ip"), s => s with { Address = address }), "spec.address");
    }

    [Fact(Timeout = 15_000)]
    public void W31_A_name_needs_an_instance_ip_and_a_loopback_address_is_warned_of()
    {
        Refused(Entry(a => a.Remove(P + "proxy-instance-ip"), s => s with { Address = "vm1.example.com" }), P + "proxy-instance-ip");
        Assert.Contains(Accepted(Entry(a => a.Remove(P + "proxy-instance-ip"), s => s with { Address = "127.0.0.1" })).Warnings, w => w.What.Contains("loopback", StringComparison.Ordinal));
        Assert.Equal("2001:db8::5", Accepted(Entry(a => a.Remove(P + "proxy-instance-ip"), s => s with { Address = "2001:db8::5" })).InstanceIp.ToString());
    }

    [Theory(Timeout = 15_000)]
    [InlineData("10.128.0.2/24")]
    [InlineData("10.128.0.2:9080")]
    [InlineData("ten")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("0.0.0.0")]
    [InlineData("fe80::1%eth0")]
    public void E10_Bad_instance_ip_is_refused(string value) => Refused(P + "proxy-instance-ip", value);

    [Theory(Timeout = 15_000)]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a\nb")]
    [InlineData("UPPER")]
    public void W32_Bad_service_account_is_refused(string account) => Refused(Entry(spec: s => s with { ServiceAccount = account }), "spec.serviceAccount");

    [Fact(Timeout = 15_000)]
    public void W32_Long_service_account_is_refused() => Refused(Entry(spec: s => s with { ServiceAccount = new string('a', 300) }), "spec.serviceAccount");

    [Theory(Timeout = 15_000)]
    [InlineData("22;id")]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData(" 22")]
    [InlineData("22\n")]
    [InlineData("２２")]
    [InlineData("+22")]
    public void W33_Bad_ssh_port_is_refused(string value) => Refused(P + "ssh-port", value);

    [Theory(Timeout = 15_000)]
    [InlineData("ssh-host", "-oProxyCommand=touch /tmp/x")]
    [InlineData("ssh-host", "a b")]
    [InlineData("ssh-host", "$(id)")]
    [InlineData("ssh-host", "a@b")]
    [InlineData("ssh-host", "host\n")]
    [InlineData("ssh-user", "x`id`")]
    [InlineData("ssh-user", "-x")]
    [InlineData("ssh-user", "Admin")]
    [InlineData("ssh-user", "root")]
    [InlineData("ssh-user", "a b")]
    public void W34_Bad_ssh_host_or_user_is_refused(string annotation, string value) => Refused(P + annotation, value);

    [Theory(Timeout = 15_000)]
    [InlineData("etc/istio")]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/tmp")]
    [InlineData("/etc/../root")]
    [InlineData("/a/./b")]
    [InlineData("/a//b")]
    [InlineData("/a/")]
    [InlineData("~/x")]
    [InlineData("/a:b")]
    [InlineData("/a,b")]
    [InlineData("/a b")]
    [InlineData("/a'b")]
    [InlineData("/a\"b")]
    [InlineData("/a\nb")]
    [InlineData("/a\n")]
    [InlineData("/a$b")]
    public void W35_Bad_directory_is_refused(string value) => Refused(P + "proxy-config-dir", value);

    [Fact(Timeout = 15_000)]
    public void W35_Long_directory_is_refused() => Refused(P + "proxy-config-dir", "/" + new string('a', 5_000));

    [Theory(Timeout = 15_000)]
    [InlineData("istio proxy")]
    [InlineData("--privileged")]
    [InlineData("a;b")]
    [InlineData("")]
    [InlineData(".a")]
    public void W36_Bad_container_name_is_refused(string value) => Refused(P + "proxy-container-name", value);

    [Fact(Timeout = 15_000)]
    public void W36_Long_container_name_is_refused() => Refused(P + "proxy-container-name", new string('a', 300));

    [Theory(Timeout = 15_000)]
    [InlineData("-v")]
    [InlineData("x;y")]
    [InlineData(":1.30.3")]
    [InlineData("docker.io/istio/proxyv2")]
    [InlineData("docker.io/Istio/proxyv2:1")]
    [InlineData("docker.io/istio/proxyv2:1 --privileged")]
    [InlineData("docker.io/istio/proxyv2@sha256:abc")]
    [InlineData("docker.io/istio/../proxyv2:1")]
    public void W37_Bad_image_is_refused(string value) => Refused("sidecar.istio.io/proxyImage", value);

    [Theory(Timeout = 15_000)]
    [InlineData("x --privileged -v /:/host")]
    [InlineData("docker.io/istio:1")]
    [InlineData("docker.io/istio/")]
    [InlineData("-v")]
    public void W37_Bad_image_hub_is_refused(string value) => Refused(P + "proxy-image-hub", value);

    [Fact(Timeout = 15_000)]
    public void W37_Another_registry_is_refused_by_a_policy()
    {
        var options = new MeshReaderOptions { SshUser = "operator", Policy = new() { Images = ["registry.example.com/mesh"] } };

        var (_, findings) = Read(Entry(a => a["sidecar.istio.io/proxyImage"] = "registry.example.com/meshes/proxyv2:1"), options);

        Assert.Contains(findings.Problems, p => p.What.Contains("outside what the operator's policy allows (images)", StringComparison.Ordinal));
    }

    [Theory(Timeout = 15_000)]
    [InlineData("a\nLD_PRELOAD=/x")]
    [InlineData("a\r")]
    [InlineData("a=b")]
    [InlineData("a#b")]
    [InlineData("a\"b")]
    [InlineData("réseau")]
    public void W38_Bad_network_is_refused(string value) => Refused(Entry(spec: s => s with { Network = value }), "spec.network");

    [Theory(Timeout = 15_000)]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    [InlineData("a\u001b[2J")]
    public void W38_Control_characters_in_labels_are_refused(string value) =>
        Refused(Entry(spec: s => s with { Labels = new Dictionary<string, string> { ["app"] = "ratings", ["note"] = value } }), "spec.labels[note]");

    [Theory(Timeout = 15_000)]
    [InlineData("a=b # c")]
    [InlineData("quote \" and ' and `id` and $(id)")]
    [InlineData("emoji 🚢 and \u202Ertl")]
    public void W38_Other_text_in_labels_and_metadata_arrives_byte_for_byte(string value)
    {
        var entry = Entry(a => a["proxy.istio.io/config"] = new JsonObject { ["proxyMetadata"] = new JsonObject { ["TEXT"] = value } }.ToJsonString(),
            s => s with { Labels = new Dictionary<string, string> { ["app"] = "ratings", ["note"] = value } });

        var plan = Planner.For(GuideExample.Mesh, Accepted(entry), null);

        var lines = EnvironmentOf(plan);
        Assert.Contains($"TEXT={value}", lines);
        var labels = JsonNode.Parse(lines.Single(l => l.StartsWith("ISTIO_METAJSON_LABELS=", StringComparison.Ordinal)).Split('=', 2)[1])!;
        Assert.Equal(value, labels["note"]!.GetValue<string>());
    }

    [Theory(Timeout = 15_000)]
    [InlineData("proxyMetadata:\n  A: \"x\\ny\"\n", "control character")]
    [InlineData("proxyMetadata:\n  A: \"x\\0y\"\n", "control character")]
    [InlineData("drainDuration: \"1\\e2\"\n", "control character")]
    [InlineData("a: [", "not valid YAML")]
    [InlineData("concurrency: many\n", "not a whole number")]
    [InlineData("proxyMetadata:\n  A: 1\n", "not a string")]
    [InlineData("binaryPath: /tmp/evil\n", "may not be set by a WorkloadEntry")]
    [InlineData("customConfigFile: /tmp/evil\n", "may not be set by a WorkloadEntry")]
    public void W38_Bad_proxy_config_is_refused(string yaml, string says)
    {
        var (workload, findings) = Read(Entry(a => a["proxy.istio.io/config"] = yaml));
        var problems = findings.Problems;
        if (workload is not null) problems = [.. Assert.Throws<InvalidInputException>(() => Planner.For(GuideExample.Mesh, workload, null)).Problems];

        Assert.Contains(problems, p => p.What.Contains(says, StringComparison.Ordinal));
    }

    [Fact(Timeout = 15_000)]
    public void W39_Too_long_values_are_refused_with_their_size()
    {
        Assert.Contains("262144 characters; the limit is 4096", Refused(P + "proxy-config-dir", new string('a', 256 * 1024)).What, StringComparison.Ordinal);
        Assert.Contains("characters; the limit is 32768", Refused("proxy.istio.io/config", "a: " + new string('x', 40_000)).What, StringComparison.Ordinal);

        var long_ = Enumerable.Range(0, 20).ToDictionary(i => $"label-{i}", _ => new string('x', 4_000));
        long_["app"] = "ratings";
        var refused = Assert.Throws<InvalidInputException>(() => Planner.For(GuideExample.Mesh, Accepted(Entry(spec: s => s with { Labels = long_ })), null));
        Assert.Contains(refused.Problems, p => p.Where.Contains("ISTIO_METAJSON_LABELS", StringComparison.Ordinal) && p.What.Contains("the limit is 32768", StringComparison.Ordinal));
    }

    [Theory(Timeout = 15_000)]
    [InlineData("A=1;x")]
    [InlineData("LD_PRELOAD")]
    [InlineData("LD_LIBRARY_PATH")]
    [InlineData("")]
    [InlineData("A B")]
    [InlineData("PATH")]
    [InlineData("BASH_ENV")]
    [InlineData("ENV")]
    [InlineData("IFS")]
    [InlineData("HOME")]
    [InlineData("PROXY_CONFIG")]
    [InlineData("ENVOY_STATUS_PORT")]
    [InlineData("1A")]
    public void W40_Bad_metadata_key_is_refused(string key) =>
        Refused(Entry(a => a["proxy.istio.io/config"] = new JsonObject { ["proxyMetadata"] = new JsonObject { [key] = "1" } }.ToJsonString()), "proxy.istio.io/config");

    [Fact(Timeout = 15_000)]
    public void W40_Metadata_does_not_override_what_the_plan_writes()
    {
        var plan = Planner.For(GuideExample.Mesh, Accepted(Entry(a => a["proxy.istio.io/config"] = "proxyMetadata:\n  POD_NAMESPACE: kube-system\n  SERVICE_ACCOUNT: admin\n")), null);

        Assert.Equal(["POD_NAMESPACE=bookinfo"], EnvironmentOf(plan).Where(l => l.StartsWith("POD_NAMESPACE=", StringComparison.Ordinal)));
        Assert.Equal(["SERVICE_ACCOUNT=bookinfo-ratings"], EnvironmentOf(plan).Where(l => l.StartsWith("SERVICE_ACCOUNT=", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task W41_Two_entries_for_one_container_are_refused_and_both_named()
    {
        var token = TestContext.Current.CancellationToken;
        var second = TestCluster.GuideYaml().Split("---\n").Single(d => d.Contains("kind: WorkloadEntry\n", StringComparison.Ordinal)).Replace("name: ratings-vm", "name: ratings-vm-2", StringComparison.Ordinal);
        await using var cluster = await TestCluster.StartAsync(token, TestCluster.GuideYaml(), second);

        var readings = SameVm.Refuse(await new MeshReader(cluster.Client, new() { SshUser = "operator" }).FindWorkloadsAsync("bookinfo", null, token));

        Assert.Equal(2, readings.Count);
        Assert.All(readings, r =>
        {
            Assert.Null(r.Workload);
            Assert.Contains("ratings-vm", r.Problems[0].What, StringComparison.Ordinal);
            Assert.Contains("ratings-vm-2", r.Problems[0].What, StringComparison.Ordinal);
        });
    }

    [Fact(Timeout = 60_000)]
    public async Task W42_The_snapshot_is_applied_its_version_reported_and_the_next_run_sees_the_edit()
    {
        var token = TestContext.Current.CancellationToken;
        await using var cluster = await TestCluster.StartAsync(token, TestCluster.GuideYaml());
        var (workload, mesh) = await cluster.ReadAsync(token);
        await cluster.Client.PatchAsync(IstioKinds.WorkloadEntries("v1"), "bookinfo", "ratings-vm", new JsonObject { ["spec"] = new JsonObject { ["labels"] = new JsonObject { ["version"] = "v9" } } }, token);

        var clock = new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);
        var applied = Planner.For(mesh, workload, GuideExample.Empty(clock));
        var (edited, meshNow) = await cluster.ReadAsync(token);
        var next = Planner.For(meshNow, edited, GuideExample.Joined(mesh, workload, clock));

        Assert.Equal(workload.ResourceVersion, applied.ResourceVersion);
        Assert.Equal(workload.ResourceVersion, applied.Steps.OfType<PlanStep.WriteFile>().Select(f => f.Content).OfType<FileContent.Manifest>().Single().Draft.ResourceVersion);
        Assert.NotEqual(applied.Hash, next.Hash);
        Assert.Single(next.Steps.OfType<PlanStep.ReplaceContainer>());
    }

    private static string[] EnvironmentOf(Plan plan) => ((FileContent.Text)plan.Steps.OfType<PlanStep.WriteFile>().First().Content).Value.Split('\n');
}
