using System.Net;
using System.Text.Json.Nodes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark.Tests.Planning;

/// <summary>The guide's example (sidecar-bootstrap 6) as typed values.</summary>
internal static class GuideExample
{
    public const string Roots = "-----BEGIN CERTIFICATE-----\nTWVzaA==\n-----END CERTIFICATE-----\n";

    public static MeshSettings Mesh { get; } = new()
    {
        DefaultConfig = new JsonObject { ["discoveryAddress"] = "istiod.istio-system.svc:15012" },
        ClusterNetwork = "cluster-net",
        Image = new() { Hub = "docker.io/istio", Tag = "1.30.3", Name = "proxyv2" },
        LogLevel = "warning",
        ComponentLogLevel = "misc:error",
        RootCertificates = Roots,
        Gateway = new("203.0.113.7") { Source = "Service istio-system/istio-eastwestgateway", ServicePorts = new HashSet<int> { 15021, 15443, 15012, 15017 } },
    };

    public static WorkloadEntry Workload { get; } = new()
    {
        Name = new("bookinfo", "ratings-vm"),
        Address = "35.194.38.142",
        ServiceAccount = "bookinfo-ratings",
        Network = "vm-us-central1-a",
        Labels = new Dictionary<string, string> { ["class"] = "vm", ["app"] = "ratings", ["version"] = "v3" },
        MetadataLabels = new Dictionary<string, string>(),
        InstanceIp = IPAddress.Parse("10.128.0.2"),
        Annotations = new Dictionary<string, string>
        {
            ["sidecar-bootstrap.istio.io/ssh-user"] = "istio-proxy",
            ["sidecar-bootstrap.istio.io/proxy-config-dir"] = "/etc/istio-proxy",
            ["sidecar-bootstrap.istio.io/proxy-image-hub"] = "docker.io/tetrate",
            ["sidecar-bootstrap.istio.io/proxy-instance-ip"] = "10.128.0.2",
        },
        Vm = new() { Ssh = new("istio-proxy", "35.194.38.142", 22), Directory = "/etc/istio-proxy", ImageHub = "docker.io/tetrate" },
    };

    public static WorkloadEntry With(JoinOptions options) => Workload with { Vm = Workload.Vm with { Options = options } };

    /// <summary>A VM on which the plan of <paramref name="workload"/> has been carried out.</summary>
    public static VmFacts Joined(MeshSettings mesh, WorkloadEntry workload, DateTimeOffset clock)
    {
        var empty = Empty(clock);
        var plan = Planner.For(mesh, workload, empty);
        var paths = new VmPaths(plan.Directory);
        var writes = plan.Steps.OfType<PlanStep.WriteFile>().ToList();
        var hashes = writes.Where(w => w.Content is FileContent.Text or FileContent.SameAs).ToDictionary(w => w.Path, w => PlanHash.Of(PlanHash.TextOf(w.Content)));
        hashes[paths.Token] = "70";
        hashes[paths.Key] = "71";
        hashes[paths.Chain] = "72";
        // The agent replaces the root by the CA's: other bytes, same meaning.
        hashes[paths.Root] = "73";
        var draft = ((FileContent.Manifest)writes[^1].Content).Draft;
        return empty with
        {
            FileHashes = hashes,
            Modes = writes.Select(w => (w.Path, w.Mode)).Concat(plan.Steps.OfType<PlanStep.EnsureDirectory>().Select(d => (d.Path, d.Mode))).ToDictionary(p => p.Path, p => p.Mode),
            Manifest = (draft with { Token = new(paths.Token, "70", clock.AddMinutes(-10), clock.AddMinutes(50)) }).Write(),
            Certificate = new("spiffe://cluster.local/ns/bookinfo/sa/bookinfo-ratings", clock.AddHours(-1), clock.AddHours(23), KeyMatches: true),
            Containers = [new("istio-proxy", true, Labels(plan), "1001:1002", "sha256:1")],
        };
    }

    public static VmFacts Empty(DateTimeOffset clock) => new()
    {
        Uid = 1001,
        Gid = 1002,
        Home = "/home/istio-proxy",
        Directory = "/home/istio-proxy/.embark/bookinfo.ratings-vm",
        Clock = clock,
        Architecture = "x86_64",
        FileHashes = new Dictionary<string, string>(),
        Modes = new Dictionary<string, UnixFileMode>(),
        Containers = [],
        Addresses = ["127.0.0.1", "10.128.0.2"],
        Listening = [],
    };

    public static Dictionary<string, string> Labels(Plan plan) => new()
    {
        ["embark.managed"] = "true",
        ["embark.role"] = "proxy",
        ["embark.workload-entry"] = "bookinfo/ratings-vm",
        ["embark.plan"] = plan.Hash,
    };
}
