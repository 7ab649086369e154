using Embark.Expansion;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.EndToEnd.Tests.Dashboard;

/// <summary>The sandbox's mesh configuration with telemetry on, whether it has it by itself or not: proxies read it when they start.</summary>
internal static class TellingMesh
{
    public static string Text()
    {
        var map = EmbeddedYaml.Read("cluster/mesh.yaml").Single(one => (string?)one["kind"] == "ConfigMap" && (string?)one["metadata"]?["name"] == "istio");
        map["data"]!["mesh"] = TelemetryChange.To((string)map["data"]!["mesh"]!, "istio-system").Text;
        return map.ToJsonString();
    }
}
