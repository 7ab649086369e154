using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.Gateway;

namespace Embark.EndToEnd.Tests.Expansion;

/// <summary><c>embark mesh-expansion</c> without any controller.</summary>
public sealed class MeshExpansionVerbs
{
    private static readonly GroupResource ControlPlanes = new("install.tetrate.io", "controlplanes");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task Enable_makes_the_ControlPlane_that_nobody_made_and_the_gateway_and_disable_removes_just_that()
    {
        await using var world = await Cluster.StartAsync();
        Assert.NotNull(world.Api.Store.Change(ControlPlanes, "istio-system", "controlplane", _ => null));
        var before = world.Everything();

        var enabled = await world.EmbarkAsync("mesh-expansion", "enable", "-o", "json");
        enabled.ShouldEndWith(0);
        var report = JsonNode.Parse(enabled.Output)!;
        Assert.Equal("istio-system/controlplane", (string?)report["controlPlane"]);
        Assert.Equal("10.4.100.1", (string?)report["address"] ?? (string?)JsonNode.Parse((await world.EmbarkAsync("mesh-expansion", "status", "-o", "json")).Output)!["address"]);
        Assert.All(report["objects"]!.AsArray(), one => Assert.Equal("made", (string?)one!["state"]));
        Assert.Contains("ControlPlane istio-system/controlplane", enabled.Error, StringComparison.Ordinal);
        Assert.Contains("defaultConfig.tracing.zipkin.address: embark-collector.istio-system.svc:9411", report["telemetry"]!["fields"]!.ToJsonString(), StringComparison.Ordinal);

        var again = await world.EmbarkAsync("mesh-expansion", "enable");
        again.ShouldEndWith(0);
        Assert.DoesNotContain("applied", again.Error, StringComparison.Ordinal);
        Assert.Contains("no pod is available", again.Output, StringComparison.Ordinal);

        (await world.EmbarkAsync("mesh-expansion", "disable")).ShouldEndWith(0);
        Assert.Equal(before, world.Everything());
        Assert.Contains("nothing to remove", (await world.EmbarkAsync("mesh-expansion", "disable")).Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Enable_teaches_the_cluster_the_kind_when_it_does_not_know_it()
    {
        await using var world = await Cluster.StartAsync();
        var definitions = world.Api.Operations.Catalog.Find(BuiltInResources.CustomResourceDefinitions)!;
        world.Api.Operations.Deletion.Delete(definitions, "", "controlplanes.install.tetrate.io", null, dryRun: false);

        var status = await world.EmbarkAsync("mesh-expansion", "status");
        status.ShouldEndWith(0);
        Assert.Contains("does not exist", status.Output, StringComparison.Ordinal);

        var enabled = await world.EmbarkAsync("mesh-expansion", "enable");
        enabled.ShouldEndWith(0);
        Assert.Contains("CustomResourceDefinition controlplanes.install.tetrate.io", enabled.Error, StringComparison.Ordinal);
        Assert.NotNull(world.Api.Store.Find(BuiltInResources.Services, "istio-system", "vmgateway"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Dry_runs_say_what_would_be_done_and_change_nothing()
    {
        await using var world = await Cluster.StartAsync();
        var before = world.Everything();

        var enable = await world.EmbarkAsync("mesh-expansion", "enable", "--dry-run");
        enable.ShouldEndWith(0);
        Assert.Contains("would apply Deployment istio-system/vmgateway", enable.Error, StringComparison.Ordinal);
        Assert.Equal(before, world.Everything());

        (await world.EmbarkAsync("mesh-expansion", "enable")).ShouldEndWith(0);
        before = world.Everything();
        var disable = await world.EmbarkAsync("mesh-expansion", "disable", "--dry-run");
        disable.ShouldEndWith(0);
        Assert.Contains("would remove Service istio-system/vmgateway", disable.Error, StringComparison.Ordinal);
        Assert.Equal(before, world.Everything());
    }

    [Fact(Timeout = 120_000)]
    public async Task Foreign_gateway_is_refused_and_nothing_is_changed()
    {
        await using var world = await Cluster.StartAsync(VmGateway.Given);
        var before = world.Everything();

        var enable = await world.EmbarkAsync("mesh-expansion", "enable");
        enable.ShouldEndWith(5);
        Assert.Contains("Service istio-system/vmgateway: exists and was not made by Embark", enable.Error, StringComparison.Ordinal);
        Assert.Contains("ServiceAccount istio-system/vmgateway", enable.Error, StringComparison.Ordinal);
        (await world.EmbarkAsync("mesh-expansion", "disable")).ShouldEndWith(0);
        Assert.Equal(before, world.Everything());
    }

    [Fact(Timeout = 120_000)]
    public async Task Manifests_are_taken_by_kubectl_and_then_nothing_is_left_to_apply()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "kubectl")))) Assert.Skip("needs kubectl");
        await using var world = await Cluster.StartAsync();
        var manifests = await world.EmbarkAsync("mesh-expansion", "manifests");
        manifests.ShouldEndWith(0);
        var file = Path.Combine(world.Home, "manifests.yaml");
        await File.WriteAllTextAsync(file, manifests.Output, Cancel);

        using var kubectl = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("kubectl", ["apply", "-f", file])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["KUBECONFIG"] = world.KubeconfigFile },
        })!;
        var applied = await EmbarkProgram.FinishAsync(kubectl);
        applied.ShouldEndWith(0);
        Assert.Contains("virtualservice.networking.istio.io/vmgateway-collector created", applied.Output, StringComparison.Ordinal);

        var dry = await world.EmbarkAsync("mesh-expansion", "enable", "--dry-run");
        dry.ShouldEndWith(0);
        Assert.DoesNotContain("would apply Service", dry.Error, StringComparison.Ordinal);
        (await world.EmbarkAsync("mesh-expansion", "enable")).ShouldEndWith(0);
    }

    [Fact(Timeout = 120_000)]
    public async Task Telemetry_is_changed_only_when_asked_for_and_only_once()
    {
        await using var world = await Cluster.StartAsync();
        var enable = await world.EmbarkAsync("mesh-expansion", "enable");
        Assert.Contains("enableEnvoyAccessLogService: true", enable.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("enableTracing", Mesh(), StringComparison.Ordinal);

        (await world.EmbarkAsync("mesh-expansion", "enable", "--apply-telemetry")).ShouldEndWith(0);
        var mesh = Mesh();
        Assert.Contains("enableTracing: true", mesh, StringComparison.Ordinal);
        Assert.Contains("address: embark-collector.istio-system.svc:11800", mesh, StringComparison.Ordinal);
        Assert.Contains("discoveryAddress: istiod.istio-system.svc:15012", mesh, StringComparison.Ordinal);
        Assert.Contains("trustDomain: cluster.local", mesh, StringComparison.Ordinal);

        Assert.Contains("sidecars send traces", (await world.EmbarkAsync("mesh-expansion", "enable", "--apply-telemetry")).Output, StringComparison.Ordinal);
        Assert.Equal(mesh, Mesh());

        string Mesh() => world.Api.Store.Find(BuiltInResources.ConfigMaps, "istio-system", "istio")!.Value.Text("data", "mesh")!;
    }

    private sealed class Cluster : IAsyncDisposable
    {
        private readonly LoadBalancer _cloud;

        private Cluster(ApiServer api)
        {
            Api = api;
            _cloud = new(api.Store, "10.4.100.1");
            KubeconfigFile = Path.Combine(Home, "kubeconfig");
            File.WriteAllText(KubeconfigFile, api.KubeconfigFor("admin"));
        }

        public ApiServer Api { get; }

        public string Home { get; } = Directory.CreateTempSubdirectory("embark-expansion-").FullName;

        public string KubeconfigFile { get; }

        public static async Task<Cluster> StartAsync(VmGateway gateway = VmGateway.None) => new(await ApiServer.StartAsync(new ApiServerOptions { Gateway = gateway }, Cancel));

        public Task<Run> EmbarkAsync(params string[] arguments) => EmbarkProgram.RunAsync(new Dictionary<string, string?> { ["KUBECONFIG"] = KubeconfigFile, ["HOME"] = Home }, arguments);

        /// <summary>Names of all objects, and the system namespace's labels.</summary>
        public string Everything() => string.Join('\n', Api.Store.ResourcesWithObjects.OrderBy(resource => resource.ToString(), StringComparer.Ordinal)
            .SelectMany(resource => Api.Store.List(resource, null).Items.Select(item => $"{resource} {item.Namespace}/{item.Name}")))
            + Api.Store.Find(BuiltInResources.Namespaces, "", "istio-system")!.Value["metadata"]!["labels"]!.ToJsonString();

        public async ValueTask DisposeAsync()
        {
            await _cloud.DisposeAsync();
            await Api.DisposeAsync();
            Directory.Delete(Home, recursive: true);
        }
    }
}
