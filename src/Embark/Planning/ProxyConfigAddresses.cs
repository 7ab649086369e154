using System.Text.Json.Nodes;

namespace Embark.Planning;

/// <summary>One address inside a ProxyConfig: its owner, so that it can be rewritten, and the TLS settings that go with it.</summary>
/// <param name="Path">Such as <c>tracing.zipkin.address</c>.</param>
/// <param name="Owner">Message that holds the field.</param>
/// <param name="Field">Name of the field.</param>
/// <param name="Tls">tlsSettings of the connection; null for none.</param>
internal sealed record ProxyConfigAddress(string Path, JsonObject Owner, string Field, JsonObject? Tls)
{
    public string Value => ProxyConfigLayers.Text(Owner, Field) ?? "";

    public void Set(string address) => Owner[Field] = address;

    /// <summary>Keeps TLS towards a rewritten host honest: the server still shows the name it has inside the cluster.</summary>
    public void KeepServerName(ClusterHost host)
    {
        var mode = ProxyConfigLayers.Text(Tls?["mode"]);
        if (Tls is null || mode is null or "DISABLE") return;
        if (string.IsNullOrEmpty(ProxyConfigLayers.Text(Tls["sni"]))) Tls["sni"] = host.Svc;
        if (mode == "ISTIO_MUTUAL") return;
        var names = Tls["subjectAltNames"] as JsonArray ?? [];
        foreach (var name in new[] { host.Svc, $"{host.Svc}.cluster.local" })
        {
            if (!names.Any(n => ProxyConfigLayers.Text(n) == name)) names.Add((JsonNode)name);
        }
        if (names.Parent is null) Tls["subjectAltNames"] = names;
    }
}

/// <summary>Every address that a ProxyConfig may hold besides its own ports.</summary>
internal static class ProxyConfigAddresses
{
    /// <summary>discoveryAddress first.</summary>
    public static IEnumerable<ProxyConfigAddress> All(JsonObject config)
    {
        if (At(config, "", "discoveryAddress", null) is { } discovery) yield return discovery;
        foreach (var other in Others(config)) yield return other;
    }

    /// <summary>All but discoveryAddress, in the order of the original's candidates (sidecar-bootstrap 5.4).</summary>
    public static IEnumerable<ProxyConfigAddress> Others(JsonObject config)
    {
        var tracing = config["tracing"] as JsonObject;
        foreach (var tracer in new[] { "zipkin", "lightstep", "datadog" })
        {
            if (At(tracing?[tracer], $"tracing.{tracer}.", "address", tracing?["tlsSettings"]) is { } traced) yield return traced;
        }
        foreach (var service in new[] { "envoyAccessLogService", "envoyMetricsService" })
        {
            if (At(config[service], $"{service}.", "address", config[service]?["tlsSettings"]) is { } sent) yield return sent;
        }
        // The original took the metrics service's TLS settings for this one; a slip not to copy (sidecar-bootstrap 5.3).
        if (At(config, "", "zipkinAddress", null) is { } zipkin) yield return zipkin;
    }

    private static ProxyConfigAddress? At(JsonNode? owner, string path, string field, JsonNode? tls) =>
        owner is JsonObject message && !string.IsNullOrEmpty(ProxyConfigLayers.Text(message, field))
            ? new(path + field, message, field, tls as JsonObject)
            : null;
}
