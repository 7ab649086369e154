using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>The merge of the original tool, defaults of its time included (sidecar-bootstrap 5.3, 5.4, 6.4).</summary>
internal static class TetrateProxyConfig
{
    private static readonly string[] Suffixes = ["", ".svc", ".svc.cluster", ".svc.cluster.local"];

    private static JsonObject Defaults(MeshSettings mesh) => new()
    {
        ["configPath"] = "./etc/istio/proxy",
        ["binaryPath"] = "/usr/local/bin/envoy",
        ["drainDuration"] = "45s",
        ["parentShutdownDuration"] = "60s",
        ["discoveryAddress"] = $"istiod.{mesh.SystemNamespace}.svc:{GatewayAddress.IstiodPort}",
        ["proxyAdminPort"] = 15000,
        ["controlPlaneAuthPolicy"] = "MUTUAL_TLS",
        ["statNameLength"] = 189,
        ["tracing"] = new JsonObject { ["zipkin"] = new JsonObject { ["address"] = $"zipkin.{mesh.SystemNamespace}:9411" } },
        ["envoyAccessLogService"] = new JsonObject(),
        ["envoyMetricsService"] = new JsonObject(),
        ["statusPort"] = 15020,
        ["terminationDrainDuration"] = "5s",
    };

    public static ProxyConfiguration For(MeshSettings mesh, WorkloadEntry workload, Findings findings)
    {
        var merged = Defaults(mesh);
        ProxyConfigLayers.Lay(merged, mesh.DefaultConfig, metadataByKey: false);
        merged["serviceCluster"] = ProxyConfigLayers.ServiceCluster(workload);
        merged.Remove("concurrency");
        if (mesh.Overrides is { } overrides) ProxyConfigLayers.Lay(merged, overrides, metadataByKey: false);
        Rewrite(merged, mesh, workload, findings);
        if (workload.ProxyConfig is { } own) ProxyConfigLayers.Lay(merged, own, metadataByKey: false);
        return new()
        {
            Json = Known(merged),
            CaAddress = mesh.CaAddress.Length > 0 ? mesh.CaAddress : ProxyConfigLayers.Text(merged, "discoveryAddress"),
            HostAliases = Aliases(merged, mesh, workload),
        };
    }

    private static void Rewrite(JsonObject merged, MeshSettings mesh, WorkloadEntry workload, Findings findings)
    {
        if (mesh.Gateway is not { } gateway)
        {
            findings.Problems.AddRange(mesh.GatewayProblems);
            return;
        }
        foreach (var address in ProxyConfigAddresses.All(merged))
        {
            if (HostAndPort.Parse(address.Value) is not { } target || target.IsIp
                || ClusterHost.Original(target.Host, workload.Name.Namespace) is not { } host) continue;
            var port = address.Field == "discoveryAddress" && gateway.Port != GatewayAddress.IstiodPort ? gateway.Port : target.Port;
            if (gateway.Ip is not null && port == target.Port) continue;
            address.Set(new HostAndPort(gateway.Host, port).ToString());
            address.KeepServerName(host);
        }
    }

    /// <summary>Sorted and unique, as the last revision of the original prints them.</summary>
    private static List<string> Aliases(JsonObject merged, MeshSettings mesh, WorkloadEntry workload)
    {
        if (mesh.Gateway?.Ip is null) return [];
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var candidate in Candidates(merged, mesh))
        {
            var name = HostAndPort.Parse(candidate)?.Host ?? candidate;
            if (System.Net.IPAddress.TryParse(name, out _) || ClusterHost.Original(name, workload.Name.Namespace) is not { } host) continue;
            foreach (var suffix in Suffixes) names.Add($"{host.Service}.{host.Namespace}{suffix}");
        }
        return [.. names.Select(name => $"{name}:{mesh.Gateway.Host}")];
    }

    private static IEnumerable<string> Candidates(JsonObject merged, MeshSettings mesh) =>
    [
        $"{ModernProxyConfig.Istiod(mesh)}.{mesh.SystemNamespace}.svc:{GatewayAddress.IstiodPort}",
        .. ProxyConfigAddresses.All(merged).SelectMany(a => new[] { a.Value, ProxyConfigLayers.Text(a.Tls?["sni"]) ?? "" }),
        mesh.RemotePilotAddress,
        mesh.CaAddress,
    ];

    private static JsonObject Known(JsonObject merged) => new(merged
        .Where(p => ProxyConfigFields.Knows(p.Key)).OrderBy(p => ProxyConfigFields.Position(p.Key))
        .Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
}
