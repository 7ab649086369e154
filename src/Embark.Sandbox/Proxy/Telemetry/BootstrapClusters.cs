using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Embark.Sandbox.Proxy.Upstream;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Proxy.Telemetry;

/// <summary>
/// Clusters that pilot-agent writes into Envoy's bootstrap from ProxyConfig: <c>envoy_accesslog_service</c> and
/// <c>zipkin</c>, by name and resolved again and again (STRICT_DNS; protocols 4.3).
/// </summary>
internal sealed class BootstrapClusters(JsonObject proxyConfig, UpstreamClusters clusters, ResolveHost resolve, TimeProvider clock)
{
    public const string Zipkin = "zipkin";

    public const string AccessLogService = "envoy_accesslog_service";

    private static readonly TimeSpan UntilFound = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OnceFound = TimeSpan.FromSeconds(30);

    public bool HasTracer => Address(proxyConfig["tracing"]?["zipkin"]) is not null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<Task> jobs = [];
        if (Address(proxyConfig["tracing"]?["zipkin"]) is { } zipkin)
            jobs.Add(FollowAsync(Zipkin, zipkin, cancellationToken));
        if (Address(proxyConfig["envoyAccessLogService"]) is { } logs)
            jobs.Add(FollowAsync(AccessLogService, logs, cancellationToken));
        jobs.Add(Task.Delay(Timeout.Infinite, cancellationToken));
        await Task.WhenAll(jobs).ConfigureAwait(false);
    }

    private async Task FollowAsync(string name, (string Host, int Port) address, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await AddressesAsync(address.Host, cancellationToken).ConfigureAwait(false);
            if (found.Count > 0 && clusters.Apply([Made(name, found, address.Port)], []) is { } refusal)
                throw new InvalidOperationException(refusal);
            await Task.Delay(found.Count > 0 ? OnceFound : UntilFound, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<IReadOnlyList<IPAddress>> AddressesAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        try
        {
            return await resolve(host, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException)
        {
            return []; // the name may come later
        }
    }

    private static Cluster Made(string name, IReadOnlyList<IPAddress> addresses, int port) => new()
    {
        Name = name,
        // The names are resolved here; the data plane sees addresses alone.
        Type = Cluster.Types.DiscoveryType.Static,
        ConnectTimeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
        LoadAssignment = new ClusterLoadAssignment
        {
            ClusterName = name,
            Endpoints =
            {
                new LocalityLbEndpoints
                {
                    LbEndpoints =
                    {
                        addresses.Select(address => new LbEndpoint
                        {
                            Endpoint = new Istiod.Protos.Endpoints.Endpoint { Address = new Address { SocketAddress = new Istiod.Protos.Core.SocketAddress { Address = address.ToString(), PortValue = (uint)port } } },
                        }),
                    },
                },
            },
        },
    };

    private static (string Host, int Port)? Address(JsonNode? service) =>
        service is JsonObject && service["address"] is JsonValue value && value.TryGetValue<string>(out var text)
        && text.LastIndexOf(':') is > 0 and var colon && int.TryParse(text[(colon + 1)..], out var port) ? (text[..colon].Trim('[', ']'), port) : null;
}
