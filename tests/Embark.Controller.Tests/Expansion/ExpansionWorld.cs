using System.Diagnostics;
using System.Text.Json.Nodes;
using Embark.Expansion;
using Embark.Kubernetes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.ApiServer.Resources;
using Embark.Sandbox.Gateway;

namespace Embark.Controller.Tests.Expansion;

/// <summary>A mesh that nobody has given a VM gateway yet, on a real API; what a cloud and a kubelet would do is done here.</summary>
internal sealed class ExpansionWorld : IAsyncDisposable
{
    public const string System = "istio-system";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly LoadBalancer _cloud;
    private readonly string _directory = Directory.CreateTempSubdirectory("embark-expansion-").FullName;

    private ExpansionWorld(ApiServer api)
    {
        Api = api;
        _cloud = new LoadBalancer(api.Store, "10.4.100.1");
        KubeconfigFile = Path.Combine(_directory, "kubeconfig");
        File.WriteAllText(KubeconfigFile, api.KubeconfigFor("admin"));
        Client = KubernetesClient.Connect(Kubernetes.Kubeconfig.Load(new KubeconfigOptions { File = KubeconfigFile }), KubernetesClientOptions.Default);
    }

    public ApiServer Api { get; }

    public KubernetesClient Client { get; }

    public string KubeconfigFile { get; }

    public static async Task<ExpansionWorld> StartAsync(params string[] yaml) =>
        new(await ApiServer.StartAsync(new ApiServerOptions { Gateway = VmGateway.None, Yaml = yaml }, Cancel));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Task<ControllerProcess> ControllerAsync(params string[] more) => ControllerProcess.StartAsync(Api.KubeconfigFor("admin"), more, Cancel);

    /// <summary>The guide's first step, and its reverse.</summary>
    public Task AskAsync(string? meshExpansion = "{}", string name = ControlPlane.UsualName) => Client.PatchAsync(
        ControlPlane.Kind, System, name, new JsonObject { ["spec"] = new JsonObject { ["meshExpansion"] = meshExpansion is null ? null : JsonNode.Parse(meshExpansion) } }, Cancel);

    public JsonObject? Find(GroupResource resource, string name, string @namespace = System) => Api.Store.Find(resource, @namespace, name)?.Value;

    /// <summary>Everything that mesh expansion makes, as <c>kind/name</c>.</summary>
    public IReadOnlyList<string> Made() =>
    [
        .. new[] { BuiltInResources.ServiceAccounts, BuiltInResources.Services, Deployments, Gateways, VirtualServices }
            .SelectMany(resource => Api.Store.List(resource, System).Items)
            .Where(item => item.Value.Text("metadata", "labels", "app.kubernetes.io/managed-by") == "embark")
            .Select(item => $"{item.Value.Text("kind")}/{item.Name}").Order(StringComparer.Ordinal),
    ];

    /// <summary>What a kubelet would report once the gateway's pod runs.</summary>
    public Task PodRunsAsync() => Client.PatchAsync(
        GatewayDeployment.Kind with { Subresource = "status" }, System, "vmgateway", new JsonObject { ["status"] = GatewayDeployment.Status(1) }, Cancel);

    /// <summary>The ControlPlane's condition, once it is as wanted.</summary>
    public async Task<JsonObject> ConditionAsync(string type, string reason, string name = ControlPlane.UsualName)
    {
        JsonObject? seen = null;
        await UntilAsync($"ControlPlane {name}: {type} because of {reason}", () =>
        {
            seen = Find(ControlPlanesResource, name)?.Items("status", "conditions").OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);
            return seen.Text("reason") == reason;
        }, () => Find(ControlPlanesResource, name)?["status"]?.ToJsonString());
        return seen!;
    }

    public static async Task UntilAsync(string what, Func<bool> condition, Func<string?>? last = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                Assert.Fail($"not within {Patience.TotalSeconds} s: {what}; last: {last?.Invoke()}");
            await Task.Delay(20, Cancel);
        }
    }

    public static readonly GroupResource ControlPlanesResource = new("install.tetrate.io", "controlplanes");
    public static readonly GroupResource Deployments = new("apps", "deployments");
    public static readonly GroupResource Gateways = new("networking.istio.io", "gateways");
    public static readonly GroupResource VirtualServices = new("networking.istio.io", "virtualservices");
    public static readonly GroupResource Leases = new("coordination.k8s.io", "leases");
    public static readonly GroupResource Events = new("", "events");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _cloud.DisposeAsync();
        await Api.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
