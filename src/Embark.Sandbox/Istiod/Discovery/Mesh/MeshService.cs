using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>A Kubernetes Service as the mesh sees it.</summary>
/// <param name="Addresses">Cluster IPs; empty for a headless Service.</param>
/// <param name="Selector">Empty: selects nothing.</param>
internal sealed record MeshService(
    ObjectHead Head, string Host, IReadOnlyList<MeshServicePort> Ports, IReadOnlyList<string> Addresses,
    IReadOnlyDictionary<string, string> Selector)
{
    public string Name => Head.Name;

    public string Namespace => Head.Namespace;

    public MeshServicePort? Port(int number) => Ports.FirstOrDefault(port => port.Number == number);

    public static MeshService Read(JsonObject from, MeshSettings settings)
    {
        var head = ObjectHead.Of(from);
        string[] addresses = [.. from.Texts("spec", "clusterIPs")];
        if (addresses.Length == 0 && from.Text("spec", "clusterIP") is { Length: > 0 } single)
            addresses = [single];
        return new MeshService(
            head, $"{head.Name}.{head.Namespace}.svc.{settings.Domain}",
            [.. from.Items("spec", "ports").Select(MeshServicePort.Read)],
            [.. addresses.Where(address => address != "None")], from.Map("spec", "selector"));
    }
}

/// <summary>A service with one of its ports, as somebody stands behind it.</summary>
/// <param name="TargetPort">Where the application listens.</param>
internal sealed record ServiceTarget(MeshService Service, MeshServicePort Port, int TargetPort);

/// <summary>One port of a Service.</summary>
/// <param name="Target">Number or name of the port behind it; null means the same number.</param>
internal sealed record MeshServicePort(string Name, int Number, string? Target, Protocol Protocol)
{
    /// <summary>Null when the target is a name.</summary>
    public int? TargetNumber => Target is null ? Number : int.TryParse(Target, out var number) ? number : null;

    public static MeshServicePort Read(JsonNode? from)
    {
        var name = from.Text("name") ?? "";
        var number = from.Int("port") ?? 0;
        var protocol = Protocols.OfServicePort(number, name, from.Text("protocol") ?? "TCP", from.Text("appProtocol"));
        return new MeshServicePort(name, number, from.Scalar("targetPort"), protocol);
    }
}
