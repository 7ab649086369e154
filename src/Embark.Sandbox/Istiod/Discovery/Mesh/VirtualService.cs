using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>An Istio VirtualService: HTTP routes for sidecars, TLS and TCP routes for gateways without TLS termination.</summary>
internal sealed record VirtualService(
    ObjectHead Head, IReadOnlyList<string> Hosts, IReadOnlyList<string> Gateways, IReadOnlyList<TrafficRoute> Tls, IReadOnlyList<TrafficRoute> Tcp,
    IReadOnlyList<HttpRoute> Http)
{
    public static VirtualService Read(JsonObject from) => new(
        ObjectHead.Of(from), [.. from.Texts("spec", "hosts")], [.. from.Texts("spec", "gateways")],
        [.. from.Items("spec", "tls").Select(TrafficRoute.Read)], [.. from.Items("spec", "tcp").Select(TrafficRoute.Read)],
        [.. from.Items("spec", "http").Select(HttpRoute.Read)]);
}

/// <summary>One TLS or TCP route.</summary>
/// <param name="Matches">Empty: matches everything.</param>
internal sealed record TrafficRoute(IReadOnlyList<TrafficMatch> Matches, IReadOnlyList<Destination> Destinations)
{
    public static TrafficRoute Read(JsonNode? from) => new(
        [.. from.Items("match").Select(match => new TrafficMatch(match.Int("port"), [.. match.Texts("sniHosts")]))],
        [.. from.Items("route").Select(Destination.Read)]);
}

/// <param name="Port">Null: any port of the gateway.</param>
/// <param name="SniHosts">Empty for TCP.</param>
internal sealed record TrafficMatch(int? Port, IReadOnlyList<string> SniHosts);

/// <param name="Host">Full name, or a short one of the route's own namespace.</param>
/// <param name="Port">Null: the only port of the service.</param>
internal sealed record Destination(string Host, int? Port, string Subset, uint Weight)
{
    public static Destination Read(JsonNode? from) => new(
        from.Text("destination", "host") ?? "", from.Int("destination", "port", "number"),
        from.Text("destination", "subset") ?? "", (uint)Math.Max(from.Int("weight") ?? 0, 0));
}
