using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>One immutable state of the mesh, with everything looked up that configuration is made from.</summary>
internal sealed record MeshView
{
    public required MeshSettings Settings { get; init; }

    /// <summary>Older first, then by name: the order in which clusters are sent.</summary>
    public required IReadOnlyList<MeshService> Services { get; init; }

    public required ILookup<string, MeshEndpoint> EndpointsByHost { get; init; }

    /// <summary>Which services, on which ports, are at an address.</summary>
    public required ILookup<string, ServiceTarget> TargetsByAddress { get; init; }

    /// <summary>SPIFFE identities of whatever is behind a service, sorted; whatever its port or health: a certificate must not fail because a probe did.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> IdentitiesByHost { get; init; }

    /// <summary>Pods and WorkloadEntries by each of their addresses.</summary>
    public required ILookup<string, Workload> WorkloadsByAddress { get; init; }

    public required IReadOnlyList<Sidecar> Sidecars { get; init; }

    public required IReadOnlyList<MeshGateway> Gateways { get; init; }

    public required IReadOnlyList<VirtualService> VirtualServices { get; init; }

    public required DestinationRules DestinationRules { get; init; }

    public required PeerAuthentications PeerAuthentications { get; init; }

    /// <summary>Older first.</summary>
    public required IReadOnlyList<AuthorizationPolicy> AuthorizationPolicies { get; init; }

    public IReadOnlyList<TelemetryPolicy> Telemetries { get; init; } = [];

    public required Networks Networks { get; init; }

    /// <summary>
    /// Names of the labels that some object selects proxies by, or that configuration quotes. Proxies that differ in other labels only get the
    /// same; generators see no other labels.
    /// </summary>
    public IReadOnlySet<string> TellingLabels => field ??= new HashSet<string>(
        [
            Labels.CanonicalName, Labels.CanonicalRevision,
            .. Sidecars.Select(sidecar => sidecar.Selector).Concat(Gateways.Select(gateway => gateway.Selector))
                .Concat(PeerAuthentications.ByAge.Select(policy => policy.Selector)).Concat(AuthorizationPolicies.Select(policy => policy.Selector))
                .Concat(Telemetries.Select(policy => policy.Selector))
                .Concat(VirtualServices.SelectMany(service => service.Http).SelectMany(route => route.Matches).Select(match => match.SourceLabels))
                .SelectMany(selector => selector?.Keys ?? []),
        ],
        StringComparer.Ordinal);

    public MeshService? Service(string host) => byHost.GetValueOrDefault(host);

    private readonly Dictionary<string, MeshService> byHost = [];

    /// <param name="objects">Objects of the kinds named below, in any order; others are ignored.</param>
    /// <param name="clusterId">istiod's own name for this cluster.</param>
    public static MeshView Of(IEnumerable<JsonObject> objects, string clusterId = "Kubernetes")
    {
        var kinds = objects.ToLookup(item => item.Text("kind") ?? "");
        var config = kinds["ConfigMap"].FirstOrDefault(map => map.Text("metadata", "name") == "istio");
        var settings = MeshSettings.Read(Yaml(config.Text("data", "mesh")), clusterId);
        var root = kinds["Namespace"].FirstOrDefault(item => item.Text("metadata", "name") == settings.RootNamespace);
        var networks = Networks.Read(Yaml(config.Text("data", "meshNetworks")), root.Map("metadata", "labels"), kinds["Service"], settings);
        var services = Sorted(kinds["Service"].Select(item => MeshService.Read(item, settings)), service => service.Head);
        var workloads = Inventory.Take(kinds, services, new EndpointReader(networks, kinds["Node"]));
        return new MeshView(services)
        {
            Settings = settings,
            Services = services,
            EndpointsByHost = workloads.Endpoints,
            TargetsByAddress = Inventory.Targets(services, workloads.Endpoints),
            IdentitiesByHost = services.ToDictionary(service => service.Host, service => Inventory.Identities(workloads.Endpoints[service.Host], settings)),
            WorkloadsByAddress = workloads.ByAddress,
            Sidecars = Sorted(kinds["Sidecar"].Select(Sidecar.Read), sidecar => sidecar.Head),
            Gateways = Sorted(kinds["Gateway"].Where(item => item.Text("apiVersion")?.StartsWith("networking.istio.io/", StringComparison.Ordinal) == true)
                .Select(MeshGateway.Read), gateway => gateway.Head),
            VirtualServices = Sorted(kinds["VirtualService"].Select(VirtualService.Read), service => service.Head),
            DestinationRules = new DestinationRules(
                Sorted(kinds["DestinationRule"].Select(rule => DestinationRule.Read(rule, settings)), rule => rule.Head), settings.RootNamespace),
            PeerAuthentications = new PeerAuthentications(
                Sorted(kinds["PeerAuthentication"].Select(PeerAuthentication.Read), policy => policy.Head), settings.RootNamespace),
            AuthorizationPolicies = Sorted(kinds["AuthorizationPolicy"].Select(AuthorizationPolicy.Read), policy => policy.Head),
            Telemetries = Sorted(kinds["Telemetry"].Select(TelemetryPolicy.Read), policy => policy.Head),
            Networks = networks,
        };
    }

    private MeshView(IEnumerable<MeshService> services)
    {
        foreach (var service in services)
            byHost[service.Host] = service;
    }

    private static JsonObject? Yaml(string? text) => text is not null && YamlText.ParseDocuments(text) is [var first, ..] ? first : null;

    private static List<T> Sorted<T>(IEnumerable<T> items, Func<T, ObjectHead> head)
    {
        var sorted = items.ToList();
        sorted.Sort((one, other) => ObjectHead.ByAge(head(one), head(other)));
        return sorted;
    }
}
