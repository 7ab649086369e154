using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Proxy.Tls;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Benchmarks;

/// <summary>
/// The same configuration for both proxies: <c>embark-benchmarks proxy-server LISTENER-PORT APP-PORT</c> serves it with the sandbox's proxy, in a
/// process of its own, until standard input ends.
/// </summary>
internal static class ProxyServer
{
    private const string Types = "type.googleapis.com/envoy.";

    public static async Task<int> RunAsync(int port, int app)
    {
        var log = new ProxyLog(Console.Error, TimeProvider.System);
        await using var proxy = await ProxyRuntime.StartAsync(new WorkloadCertificates(), TextWriter.Null, log, TimeProvider.System, OwnNetwork.NewSocket, CancellationToken.None);
        var parser = new JsonParser(JsonParser.Settings.Default.WithTypeRegistry(KnownMessages.Types));
        foreach (var (type, json) in new[] { (TypeUrls.Cluster, Cluster(app)), (TypeUrls.Listener, Listener(port)) })
            if (await proxy.Resources.ApplyAsync(new DeltaDiscoveryResponse
                {
                    TypeUrl = type, Resources = { new Resource { Name = "bench", Resource_ = parser.Parse<Any>(json.Insert(1, $"\"@type\": \"{type}\", ")) } },
                }) is { } refusal)
                throw new InvalidOperationException(refusal);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Envoy's bootstrap with the same listener and cluster.</summary>
    public static string Bootstrap(int port, int app, int admin) => $$"""
        {"admin": {"address": {{Address(admin)}} }, "static_resources": {"listeners": [{{Listener(port)}}], "clusters": [{{Cluster(app)}}]} }
        """;

    private static string Cluster(int app) => $$"""
        {"name": "app", "type": "STATIC", "connect_timeout": "5s", "lb_policy": "LEAST_REQUEST",
         "load_assignment": {"cluster_name": "app", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {{Address(app)}} } }]}]} }
        """;

    private static string Listener(int port) => $$"""
        {"name": "bench", "address": {{Address(port)}}, "filter_chains": [{"filters": [{"name": "http", "typed_config": {
           "@type": "{{Types}}extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", "stat_prefix": "bench",
           "http_filters": [{"name": "envoy.filters.http.router", "typed_config": {"@type": "{{Types}}extensions.filters.http.router.v3.Router"} }],
           "route_config": {"name": "r", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "app", "timeout": "0s"} }]}]} } }]}]}
        """;

    private static string Address(int port) => $$"""{"socket_address": {"address": "127.0.0.1", "port_value": {{port}} } }""";
}
