using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>How a DestinationRule wants connections to be made.</summary>
internal enum DestinationTls { Automatic, Disable, Mutual }

/// <summary>An Istio DestinationRule, as far as it is served: subsets, and mutual TLS or none.</summary>
/// <param name="Host">Full name; may begin with <c>*</c>.</param>
internal sealed record DestinationRule(ObjectHead Head, string Host, DestinationTls Tls, IReadOnlyList<DestinationSubset> Subsets)
{
    public static DestinationRule Read(JsonObject from, MeshSettings settings)
    {
        var head = ObjectHead.Of(from);
        var tls = ReadTls(from.At("spec", "trafficPolicy")) ?? DestinationTls.Automatic;
        return new DestinationRule(
            head, HostNames.Full(from.Text("spec", "host") ?? "", head.Namespace, settings), tls,
            [.. from.Items("spec", "subsets").Select(subset => new DestinationSubset(subset.Text("name") ?? "", subset.Map("labels"), ReadTls(subset.At("trafficPolicy")) ?? tls))]);
    }

    // Other modes end TLS outside of the mesh: they are not served.
    private static DestinationTls? ReadTls(JsonNode? policy) => policy.Text("tls", "mode") switch
    {
        "DISABLE" => DestinationTls.Disable,
        "ISTIO_MUTUAL" => DestinationTls.Mutual,
        _ => null,
    };
}

/// <summary>Endpoints with these labels.</summary>
internal sealed record DestinationSubset(string Name, IReadOnlyDictionary<string, string> Labels, DestinationTls Tls);

/// <summary>All rules together: the caller's namespace before the service's before the root namespace.</summary>
/// <param name="ByAge">Oldest first.</param>
internal sealed record DestinationRules(IReadOnlyList<DestinationRule> ByAge, string RootNamespace)
{
    public DestinationRule? Of(MeshService service, string callersNamespace)
    {
        var matching = ByAge.Where(rule => HostPattern.Matches(rule.Host, service.Host)).OrderByDescending(rule => rule.Host.Length).ToList();
        return new[] { callersNamespace, service.Namespace, RootNamespace }
            .Select(place => matching.Find(rule => rule.Head.Namespace == place)).FirstOrDefault(rule => rule is not null);
    }
}
