using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>An Istio Sidecar: which ports a proxy opens and which services it knows.</summary>
/// <param name="Selector">Null: for every workload of the namespace.</param>
/// <param name="RegistryOnly">Null: as the mesh says.</param>
internal sealed record Sidecar(
    ObjectHead Head, IReadOnlyDictionary<string, string>? Selector, IReadOnlyList<SidecarIngress> Ingress,
    IReadOnlyList<SidecarEgress> Egress, bool? RegistryOnly)
{
    /// <summary>What a namespace without any Sidecar gets: every service of the mesh, no ingress of its own.</summary>
    public static Sidecar Default(string @namespace) => new(
        new ObjectHead(@namespace, "default-sidecar", new Dictionary<string, string>(), new Dictionary<string, string>(), default),
        null, [], [SidecarEgress.Everything], null);

    public static Sidecar Read(JsonObject from)
    {
        var selector = from.Map("spec", "workloadSelector", "labels");
        var egress = from.Items("spec", "egress").Select(SidecarEgress.Read).ToList();
        return new Sidecar(
            ObjectHead.Of(from), selector.Count > 0 ? selector : null,
            [.. from.Items("spec", "ingress").Select(SidecarIngress.Read)],
            egress.Count > 0 ? egress : [SidecarEgress.Everything],
            from.Text("spec", "outboundTrafficPolicy", "mode") is { } mode ? mode == "REGISTRY_ONLY" : null);
    }
}

/// <summary>A port where the proxy takes requests for the application.</summary>
/// <param name="Bind">Null: the proxy's own address.</param>
/// <param name="DefaultEndpoint"><c>address:port</c> of the application; null means its own address and the same port.</param>
internal sealed record SidecarIngress(int Port, Protocol Protocol, string Name, string? Bind, string? DefaultEndpoint)
{
    public static SidecarIngress Read(JsonNode? from) => new(
        from.Int("port", "number") ?? 0, Protocols.Parse(from.Text("port", "protocol")), from.Text("port", "name") ?? "",
        NullIfEmpty(from.Text("bind")), NullIfEmpty(from.Text("defaultEndpoint")));

    private static string? NullIfEmpty(string? text) => text is { Length: > 0 } ? text : null;
}

/// <summary>Addresses and ports on which the application reaches services.</summary>
/// <param name="Port">Null: every port of the named services.</param>
/// <param name="Bind">Null: 127.0.0.1 where ports are bound, the service's own address where traffic is captured.</param>
internal sealed record SidecarEgress(int? Port, Protocol Protocol, string? Bind, bool CaptureNone, IReadOnlyList<ServicePattern> Hosts)
{
    public static readonly SidecarEgress Everything = new(null, Protocol.Undeclared, null, false, [new ServicePattern("*", "*")]);

    public static SidecarEgress Read(JsonNode? from) => new(
        from.Int("port", "number"), Protocols.Parse(from.Text("port", "protocol")),
        from.Text("bind") is { Length: > 0 } bind ? bind : null, from.Text("captureMode") == "NONE",
        [.. from.Texts("hosts").Select(ServicePattern.Parse)]);
}

/// <summary><c>namespace/host</c> of an egress entry: <c>.</c> is the Sidecar's namespace, <c>*</c> any, <c>~</c> none.</summary>
internal sealed record ServicePattern(string Namespace, string Host)
{
    public static ServicePattern Parse(string text) =>
        text.Split('/', 2) is [var @namespace, var host] ? new(@namespace, host) : new("*", text);

    public bool Matches(MeshService service, string ownNamespace) =>
        (Namespace == "*" || service.Namespace == (Namespace == "." ? ownNamespace : Namespace)) && HostPattern.Matches(Host, service.Host);
}

/// <summary>Host names with a leading <c>*</c>, as Gateways and Sidecars write them.</summary>
internal static class HostPattern
{
    public static bool Matches(string pattern, string host) =>
        pattern == host || (pattern.StartsWith('*') && host.EndsWith(pattern[1..], StringComparison.Ordinal));
}
