using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>One of MeshConfig.extensionProviders, as far as telemetry goes.</summary>
/// <param name="Kind">Which member it has.</param>
/// <param name="Service">Host of the collector, without a namespace before it.</param>
/// <param name="LogName">Null: Istio's own name.</param>
/// <param name="FilterStates">Null: Istio's own list.</param>
internal sealed record TelemetryProvider(string Name, TelemetryProviderKind Kind, string Service, int Port, string? LogName, IReadOnlyList<string>? FilterStates)
{
    private static readonly (string Member, TelemetryProviderKind Kind)[] s_members =
    [
        ("envoyFileAccessLog", TelemetryProviderKind.File), ("envoyHttpAls", TelemetryProviderKind.HttpAccessLogs),
        ("envoyTcpAls", TelemetryProviderKind.TcpAccessLogs), ("zipkin", TelemetryProviderKind.Zipkin),
    ];

    /// <summary>Name of the cluster of its Service.</summary>
    public string Cluster => $"outbound|{Port}||{Service}";

    public static IEnumerable<TelemetryProvider> ReadAll(JsonNode? mesh) =>
        from provider in mesh.Items("extensionProviders")
        from member in s_members
        where provider.At([member.Member]) is JsonObject
        select new TelemetryProvider(
            provider.Text("name") ?? "", member.Kind, (provider.Text(member.Member, "service") ?? "").Split('/')[^1], provider.Int(member.Member, "port") ?? 0,
            provider.Text(member.Member, "logName"), provider.At([member.Member, "filterStateObjectsToLog"]) is JsonArray ? [.. provider.Texts(member.Member, "filterStateObjectsToLog")] : null);
}

/// <summary>What a provider does with telemetry.</summary>
internal enum TelemetryProviderKind { File, HttpAccessLogs, TcpAccessLogs, Zipkin }
