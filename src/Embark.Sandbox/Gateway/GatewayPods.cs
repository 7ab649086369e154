using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Discovery.Serving;
using Embark.Sandbox.Pods;

namespace Embark.Sandbox.Gateway;

/// <summary>
/// Runs the VM gateway while its Deployment is there: makes the pod and its endpoints, starts the router proxy on the edge, and
/// says so in the Deployment's status. There is one outside address, and so one gateway at a time.
/// </summary>
internal sealed class GatewayPods : IAsyncDisposable
{
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(100);

    /// <summary>EndpointSlices, as JSON.</summary>
    public static readonly ResourceKind<JsonObject> Slices = new("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", MeshKinds.Pods.Json);

    private readonly KubernetesClient _api;
    private readonly Func<PodSpec, CancellationToken, Task<PodProxy>> _start;
    private readonly string _address;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _following;
    private (GatewayDeployment Deployment, PodProxy Proxy)? _running;

    /// <param name="api">The cluster.</param>
    /// <param name="namespace">Where gateways are looked for.</param>
    /// <param name="address">The gateway's address on the edge.</param>
    /// <param name="start">Starts the proxy of a pod.</param>
    public GatewayPods(KubernetesClient api, string @namespace, string address, Func<PodSpec, CancellationToken, Task<PodProxy>> start)
    {
        (_api, _address, _start) = (api, address, start);
        _following = FollowAsync(@namespace, _stop.Token);
    }

    /// <summary>Ends when a gateway has its configuration for the first time.</summary>
    public Task FirstReady => Task.WhenAny(_ready.Task, _following).Unwrap();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _following.ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
        if (_running is { } running)
            await running.Proxy.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task FollowAsync(string @namespace, CancellationToken stop)
    {
        var all = new Dictionary<string, GatewayDeployment>(StringComparer.Ordinal);
        await foreach (var change in _api.WatchAsync(GatewayDeployment.Kind, @namespace, ListOptions.All, stop).ConfigureAwait(false))
        {
            switch (change)
            {
                case WatchEvent<JsonObject>.Listed(var listed):
                    all = listed.Select(value => new GatewayDeployment(value)).ToDictionary(one => one.Name, StringComparer.Ordinal);
                    break;
                case WatchEvent<JsonObject>.Applied(var value):
                    all[new GatewayDeployment(value).Name] = new(value);
                    break;
                case WatchEvent<JsonObject>.Deleted(var value):
                    all.Remove(new GatewayDeployment(value).Name);
                    break;
            }
            await RunAsync(all.Values.Where(one => one.IsGateway).MinBy(one => one.Name, StringComparer.Ordinal), stop).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(GatewayDeployment? wanted, CancellationToken stop)
    {
        if (_running is { } running && (wanted is null || wanted.Name != running.Deployment.Name || wanted.Template != running.Deployment.Template))
        {
            _running = null;
            await running.Proxy.DisposeAsync().ConfigureAwait(false);
        }
        if (wanted is null || _running is not null)
            return;
        try
        {
            await MakeAsync(MeshKinds.Pods, wanted, wanted.PodName, wanted.Pod(), stop).ConfigureAwait(false);
            await _api.PatchAsync(MeshKinds.Pods with { Subresource = "status" }, wanted.Namespace, wanted.PodName, new JsonObject { ["status"] = GatewayDeployment.PodStatus(_address) }, stop).ConfigureAwait(false);
            await MakeAsync(Slices, wanted, $"{wanted.Name}-x", wanted.Slice(_address), stop).ConfigureAwait(false);
            var proxy = await StartAsync(wanted, stop).ConfigureAwait(false);
            _running = (wanted, proxy);
            while (!proxy.IsReady)
                await Task.Delay(10, stop).ConfigureAwait(false);
            await _api.PatchAsync(GatewayDeployment.Kind with { Subresource = "status" }, wanted.Namespace, wanted.Name, new JsonObject { ["status"] = GatewayDeployment.Status(1) }, stop).ConfigureAwait(false);
            _ready.TrySetResult();
        }
        catch (KubernetesException gone) when (gone.Failure == KubernetesFailure.NotFound)
        {
            // The Deployment went meanwhile, and its pod with it: the watch tells next.
        }
    }

    private async Task MakeAsync(ResourceKind<JsonObject> kind, GatewayDeployment owner, string name, JsonObject value, CancellationToken stop)
    {
        await _api.DeleteAsync(kind, owner.Namespace, name, stop).ConfigureAwait(false);
        await _api.CreateAsync(kind, owner.Namespace, value, stop).ConfigureAwait(false);
    }

    /// <summary>The account may come a moment after the Deployment: a pod waits for it, as with a real kubelet.</summary>
    private async Task<PodProxy> StartAsync(GatewayDeployment wanted, CancellationToken stop)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _start(wanted.PodAt(_address), stop).ConfigureAwait(false);
            }
            catch (KubernetesException early) when (early.Failure == KubernetesFailure.NotFound && attempt < 50)
            {
                await Task.Delay(Again, stop).ConfigureAwait(false);
            }
        }
    }
}
