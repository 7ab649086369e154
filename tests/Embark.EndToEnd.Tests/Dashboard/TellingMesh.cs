using Embark.Expansion;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.EndToEnd.Tests.Dashboard;

/// <summary>
/// The sandbox's mesh configuration with access logs on, whether it has it by itself or not: proxies read it when they start. Without
/// traces, since pods of the sandbox share a node's address, and spans name the caller by its address alone.
/// </summary>
internal static class TellingMesh
{
    public static string Text()
    {
        var map = EmbeddedYaml.Read("cluster/mesh.yaml").Single(one => (string?)one["kind"] == "ConfigMap" && (string?)one["metadata"]?["name"] == "istio");
        var mesh = TelemetryChange.To((string)map["data"]!["mesh"]!, "istio-system").Text;
        map["data"]!["mesh"] = mesh.Replace("enableTracing: true", "enableTracing: false", StringComparison.Ordinal);
        return map.ToJsonString();
    }
}
