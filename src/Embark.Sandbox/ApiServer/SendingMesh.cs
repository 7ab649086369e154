using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer;

/// <summary>
/// The mesh's configuration, so changed that all proxies send traces and access logs to the collector. Its address is part of each proxy's
/// own start, so that no Sidecar hides it: the VM's shows its own namespace alone.
/// </summary>
internal static class SendingMesh
{
    private const string Before = "defaultConfig:\n";

    private const string Sending = """
        enableEnvoyAccessLogService: true
        enableTracing: true
        defaultConfig:
          envoyAccessLogService:
            address: embark-collector.istio-system.svc:11800
          tracing:
            sampling: 100
            zipkin:
              address: embark-collector.istio-system.svc:9411

        """;

    public static void Make(JsonObject configMap)
    {
        var data = configMap.Ensure("data");
        data["mesh"] = data["mesh"]!.GetValue<string>().Replace(Before, Sending, StringComparison.Ordinal);
    }
}
