using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark.Checks;

/// <summary>What the proxy should be like, from the WorkloadEntry, its Sidecar and the mesh.</summary>
internal sealed record ExpectedProxy
{
    public required WorkloadEntry Workload { get; init; }

    public required MeshSettings Mesh { get; init; }

    /// <summary>Variables that a join writes.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Where the VM reaches istiod, hosts aliases looked up; null where that is no host and port.</summary>
    public HostAndPort? Istiod { get; init; }

    /// <summary>SPIFFE identity of the VM.</summary>
    public string Identity => $"spiffe://{Mesh.TrustDomain}/ns/{Workload.Name.Namespace}/sa/{Workload.ServiceAccount}";

    public IReadOnlyList<SidecarInbound> Ingress => Workload.Sidecar?.Ingress ?? [];

    public IReadOnlyList<SidecarOutbound> Egress => Workload.Sidecar?.Egress ?? [];

    /// <summary>Addresses that the ingress binds.</summary>
    public IEnumerable<(string Address, int Port)> Inbound => Sidecar.Inbound;

    /// <summary>Addresses that the egress binds, as far as it is certain.</summary>
    public IEnumerable<(string Address, int Port)> Outbound => Sidecar.Outbound;

    /// <summary>The call that is tried: as a rule of a service with other workloads than this VM.</summary>
    public (string Bind, MeshService Service)? Call => Sidecar.Calls.OrderBy(c => c.Service.SelectsVm).ThenBy(c => c.Service.Name.Name, StringComparer.Ordinal)
        .Select(c => ((string, MeshService)?)c).FirstOrDefault();

    /// <summary>True when pods are in another network, so that calls go through the gateway.</summary>
    public bool ThroughGateway => Workload.Network is { } network && network != Mesh.ClusterNetwork && Mesh.Gateway is not null;

    /// <summary>How often the agent asks the application through the proxy; null without a readinessProbe. Default 10 s (ReadinessProbe.periodSeconds).</summary>
    public TimeSpan? ProbePeriod => Environment.TryGetValue("PROXY_CONFIG", out var config) && JsonNode.Parse(config)?["readinessProbe"] is JsonObject probe
        && probe["httpGet"]?["host"]?.ToString() is not ("127.0.0.1" or "localhost")
        ? TimeSpan.FromSeconds(probe["periodSeconds"] is JsonValue period && period.TryGetValue<int>(out var seconds) && seconds > 0 ? seconds : 10) : null;

    public LogContext LogContext => new(Mesh.ClusterName, Workload.InstanceIp.ToString(),
        [.. Inbound.Select(i => $"{i.Address}_{i.Port.ToText()}")], [.. Egress.Select(e => e.Bind)]);

    private SidecarListeners Sidecar => new(Workload, Mesh.ClusterDomain);

    public string FullName(MeshService service) => Sidecar.FullName(service);

    public string ClusterOf(MeshService service) => $"outbound|{service.Port.ToText()}||{FullName(service)}";

    public static ExpectedProxy For(MeshSettings mesh, WorkloadEntry workload)
    {
        var plan = Planner.For(mesh, workload, facts: null);
        var text = plan.Steps.OfType<PlanStep.WriteFile>().First(f => f.Path.EndsWith("/sidecar.env", StringComparison.Ordinal)).Content as FileContent.Text;
        var environment = (text?.Value ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return new()
        {
            Mesh = mesh,
            Workload = workload,
            Environment = environment,
            Istiod = IstiodOf(environment, plan.Steps.OfType<PlanStep.RunContainer>().FirstOrDefault()?.Container.Options ?? []),
        };
    }

    private static HostAndPort? IstiodOf(Dictionary<string, string> environment, IReadOnlyList<string> words)
    {
        if (!environment.TryGetValue("PROXY_CONFIG", out var config) || HostAndPort.Parse(JsonNode.Parse(config)?["discoveryAddress"]?.ToString()) is not { } dialled) return null;
        // docker's words: --add-host name:address
        var alias = words.FirstOrDefault(word => word.StartsWith($"{dialled.Host}:", StringComparison.Ordinal));
        return alias is null ? dialled : dialled with { Host = alias[(dialled.Host.Length + 1)..].Trim('[', ']') };
    }

    public static string Text((string Address, int Port) at) =>
        IPAddress.TryParse(at.Address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{at.Address}]:{at.Port.ToText()}" : $"{at.Address}:{at.Port.ToText()}";
}
