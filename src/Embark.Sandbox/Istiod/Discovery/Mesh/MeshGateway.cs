using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>An Istio Gateway: ports that a router proxy opens.</summary>
internal sealed record MeshGateway(ObjectHead Head, IReadOnlyDictionary<string, string> Selector, IReadOnlyList<GatewayServer> Servers)
{
    public static MeshGateway Read(JsonObject from) => new(
        ObjectHead.Of(from), from.Map("spec", "selector"), [.. from.Items("spec", "servers").Select(GatewayServer.Read)]);

    /// <summary>True when a VirtualService in <paramref name="namespace"/> means this Gateway by <paramref name="name"/>.</summary>
    public bool IsNamed(string name, string @namespace) =>
        name == $"{Head.Namespace}/{Head.Name}" || (name == Head.Name && @namespace == Head.Namespace);
}

/// <summary>One port of a Gateway.</summary>
internal sealed record GatewayServer(int Port, Protocol Protocol, GatewayTls Tls, IReadOnlyList<string> Hosts)
{
    public static GatewayServer Read(JsonNode? from) => new(
        from.Int("port", "number") ?? 0, Protocols.Parse(from.Text("port", "protocol")),
        from.Text("tls", "mode") switch
        {
            "AUTO_PASSTHROUGH" => GatewayTls.AutoPassthrough,
            "PASSTHROUGH" => GatewayTls.Passthrough,
            null => GatewayTls.None,
            _ => GatewayTls.Terminate,
        },
        // A host may carry a namespace before it; which services it opens is decided by the host alone here.
        [.. from.Texts("hosts").Select(host => host.Split('/')[^1])]);
}

/// <summary>What a gateway does with TLS: nothing of it, pass it by the route's SNI, pass it by the mesh's own SNI, or end it.</summary>
internal enum GatewayTls { None, Passthrough, AutoPassthrough, Terminate }
