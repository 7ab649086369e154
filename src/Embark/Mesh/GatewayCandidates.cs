using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Names of Services that may be the VM gateway, in the order of sidecar-bootstrap 3.3.</summary>
internal static class GatewayCandidates
{
    /// <summary>Names that say what the Service is for; the guide only speaks of a "VM gateway".</summary>
    public static readonly IReadOnlyList<string> Names = ["istio-eastwestgateway", "vmgateway"];

    /// <summary>What meshNetworks says of the cluster's network.</summary>
    /// <param name="Service">First registryServiceName; it beats an address wherever it stands.</param>
    /// <param name="Address">First address.</param>
    public sealed record FromNetworks(NamespacedName? Service, string? Address);

    public static FromNetworks OfNetworks(JsonObject? meshNetworks, string network, string systemNamespace)
    {
        var gateways = (meshNetworks?["networks"] as JsonObject)?[network] is JsonObject own ? own["gateways"] as JsonArray : null;
        var service = gateways?.Select(g => Text(g, "registryServiceName")).FirstOrDefault(s => s is not null);
        var address = gateways?.Select(g => Text(g, "address")).FirstOrDefault(s => s is not null);
        var parts = service?.Split('.');
        return new(parts is null ? null : new(parts.Length > 1 ? parts[1] : systemNamespace, parts[0]), address);
    }

    /// <summary>Services of the system namespace that are meant as gateways of the cluster's network.</summary>
    public static IReadOnlyList<Service> Among(IEnumerable<Service> services, string network) =>
        [.. services.Where(s =>
            (network.Length > 0 && s.Metadata.Labels?.GetValueOrDefault("topology.istio.io/network") == network)
            || s.Metadata.Labels?.GetValueOrDefault("istio") == "eastwestgateway"
            || Names.Contains(s.Metadata.Name))
            .OrderBy(s => s.Metadata.Name, StringComparer.Ordinal)];

    private static string? Text(JsonNode? gateway, string field) =>
        (gateway as JsonObject)?[field] is { } value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;
}
