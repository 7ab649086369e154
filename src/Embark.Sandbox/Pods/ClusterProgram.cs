using System.Net;
using Embark.Kubernetes;
using Embark.Sandbox.Apps;
using Embark.Sandbox.Gateway;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Istiod;
using Embark.Sandbox.Proxy;

namespace Embark.Sandbox.Pods;

/// <summary>
/// <c>embark-sandbox cluster</c>: istiod, the VM gateway and Bookinfo's pods, all in one process, each on the network of
/// its host. They talk only by that network and by the API server.
/// </summary>
internal static class ClusterProgram
{
    public static async Task<int> RunAsync(ClusterOptions options, CancellationToken stop)
    {
        using var node = new HostSockets(options.NodeNetwork);
        using var edge = new HostSockets(options.GatewayNetwork);
        using var api = KubernetesClient.Connect(
            Kubeconfig.Load(new KubeconfigOptions { File = options.Kubeconfig }), KubernetesClientOptions.Default with { UserAgent = "embark-sandbox" });
        await using var parts = new Parts();

        await using var istiodLog = Log(options, "istiod");
        parts.Add(await IstiodServer.StartAsync(api, new IstiodOptions
        {
            Address = IPEndPoint.Parse(MeshAddresses.Istiod),
            NewSocket = node.New,
            Log = TextWriter.Synchronized(istiodLog),
        }, stop).ConfigureAwait(false));

        var pods = await PodSpec.AllAsync(api, stop).ConfigureAwait(false);
        var proxies = await Task.WhenAll(pods.Where(pod => pod.IsGateway || Bookinfo.Knows(pod.App)).Select(StartAsync)).ConfigureAwait(false);
        foreach (var started in proxies)
        {
            parts.Add(started.Proxy);
            if (started.App is not null)
                parts.Add(started.App);
        }

        if (options.Collector is var (zipkin, accessLogs))
        {
            parts.Add(CollectorRelay.Start(node.New, MeshAddresses.Collector, zipkin, accessLogs));
            await api.CreateAsync(GatewayPods.Slices, "istio-system", CollectorRelay.Slice(MeshAddresses.Collector), stop).ConfigureAwait(false);
        }
        if (options.VmProxyAt is { } at)
            parts.Add(PortRelay.Start(OwnNetwork.NewSocket, at, node.New, IPEndPoint.Parse(MeshAddresses.VmProxy)));
        var gateways = new GatewayPods(api, "istio-system", MeshAddresses.Gateway, ProxyAsync);
        parts.Add(gateways);
        if (options.AwaitGateway)
            await gateways.FirstReady.WaitAsync(stop).ConfigureAwait(false);
        while (proxies.Any(p => !p.Proxy.IsReady))
            await Task.Delay(10, stop).ConfigureAwait(false);
        Console.WriteLine("cluster ready");
        await stop.WhenCancelled().ConfigureAwait(false);
        return 0;

        async Task<(PodProxy Proxy, IAsyncDisposable? App)> StartAsync(PodSpec pod)
        {
            var proxy = await ProxyAsync(pod, stop).ConfigureAwait(false);
            return (proxy, pod.IsGateway ? null : await Bookinfo.StartAsync(pod, node.New, options.ProductpageAt, stop).ConfigureAwait(false));
        }

        Task<PodProxy> ProxyAsync(PodSpec pod, CancellationToken token)
        {
            var log = TextWriter.Synchronized(Log(options, pod.Name));
            return PodProxy.StartAsync(pod, Path.Combine(options.Directory, pod.Name), api, (pod.IsGateway ? edge : node).New, log, TimeProvider.System, token);
        }
    }

    private static StreamWriter Log(ClusterOptions options, string name) => new(Path.Combine(options.LogDirectory, name + ".log")) { AutoFlush = true };

    private sealed class Parts : IAsyncDisposable
    {
        private readonly Stack<IAsyncDisposable> _parts = [];

        public void Add(IAsyncDisposable part) => _parts.Push(part);

        public async ValueTask DisposeAsync()
        {
            while (_parts.TryPop(out var part))
                await part.DisposeAsync().ConfigureAwait(false);
        }
    }
}
