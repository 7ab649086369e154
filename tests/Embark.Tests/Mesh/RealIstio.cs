using Embark.Tests.House;

namespace Embark.Tests.Mesh;

/// <summary>ConfigMaps as the installers of real Istio versions make them, where they lie beside the checkout.</summary>
public sealed class RealIstio
{
    private static string Reference => Path.Combine(Checkout.Root, "..", "shared", "reference");

    public static TheoryData<string> Files => Directory.Exists(Reference)
        ? new(Directory.EnumerateDirectories(Reference, "real-istio-*").SelectMany(v => Directory.EnumerateFiles(Path.Combine(v, "configmaps"), "*.yaml")).Select(f => Path.GetRelativePath(Reference, f)).Order(StringComparer.Ordinal))
        : new("none");

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Files))]
    public async Task Recorded_configmaps_are_read_right(string file)
    {
        Assert.SkipWhen(file == "none", "needs the recordings of a real Istio beside the checkout");
        var parts = file.Split('/');
        var (version, kind) = (parts[0]["real-istio-".Length..], Path.GetFileNameWithoutExtension(parts[^1]));
        var revision = kind == "revision";
        var yaml = await File.ReadAllTextAsync(Path.Combine(Reference, file));
        if (revision) yaml = yaml.Replace("name: istio\n", "name: istio-canary\n", StringComparison.Ordinal).Replace("name: istio-sidecar-injector\n", "name: istio-sidecar-injector-canary\n", StringComparison.Ordinal);
        await using var cluster = await TestCluster.StartAsync(TestContext.Current.CancellationToken, TestCluster.GuideYaml("ConfigMap istio", "ConfigMap istio-sidecar-injector"), yaml);

        var (_, mesh) = await cluster.ReadAsync(TestContext.Current.CancellationToken, new() { SshUser = "operator", Revision = revision ? "canary" : null });

        var many = kind == "multinetwork";
        Assert.Equal(("docker.io/istio", "proxyv2", version), (mesh.Image.Hub, mesh.Image.Name, mesh.Image.Tag));
        Assert.Equal(("warning", "misc:error", "istio-ca"), (mesh.LogLevel, mesh.ComponentLogLevel, mesh.TokenAudience));
        Assert.Equal(revision ? "canary" : "", mesh.Revision);
        Assert.Equal(many ? "example.org" : "cluster.local", mesh.TrustDomain);
        Assert.Equal(many ? ("mesh1", "cluster1", "cluster-net") : ("", "Kubernetes", "cluster-net"), (mesh.MeshId, mesh.ClusterName, mesh.ClusterNetwork));
        Assert.Equal($"istiod{(revision ? "-canary" : "")}.istio-system.svc:15012", mesh.DefaultConfig["discoveryAddress"]!.GetValue<string>());
        Assert.Equal(many, mesh.DefaultConfig.ContainsKey("tracing"));
        Assert.Empty(mesh.Warnings);
    }
}
