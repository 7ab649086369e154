using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>The merge of sidecar-bootstrap 5.3, modern form, with the routes of 5.4.</summary>
internal static class ModernProxyConfig
{
    /// <summary>Fields that would let a WorkloadEntry choose what runs in the container.</summary>
    private static readonly string[] NotFromEntries = ["binaryPath", "configPath", "customConfigFile", "proxyBootstrapTemplatePath"];

    private static readonly string[] First = ["discoveryAddress", "serviceCluster"];

    public static ProxyConfiguration For(MeshSettings mesh, WorkloadEntry workload, Findings findings)
    {
        var merged = Merge(mesh, workload, findings);
        var routes = new ModernRoutes(mesh, workload, findings);
        routes.Discovery(merged, keep: workload.ProxyConfig?.ContainsKey("discoveryAddress") == true);
        foreach (var address in ProxyConfigAddresses.Others(merged)) routes.Other(address, keep: SetByEntry(address, workload));
        var ca = routes.CertificateAuthority(mesh.CaAddress);
        return new() { Json = Ordered(merged), IstiodSan = routes.IstiodSan, CaAddress = ca, HostAliases = routes.Aliases() };
    }

    private static JsonObject Merge(MeshSettings mesh, WorkloadEntry workload, Findings findings)
    {
        var merged = new JsonObject();
        ProxyConfigLayers.Lay(merged, mesh.DefaultConfig, metadataByKey: true);
        // A number of threads for the mesh's pods says nothing about this machine.
        merged.Remove("concurrency");
        merged.Remove("serviceCluster");
        if (mesh.Overrides is { } overrides) ProxyConfigLayers.Lay(merged, overrides, metadataByKey: true);
        if (workload.ProxyConfig is { } own)
        {
            foreach (var field in NotFromEntries.Where(own.ContainsKey))
                findings.Refuse($"{ProxyConfigLayers.EntryLayer(workload)} {field}", "may not be set by a WorkloadEntry", "remove it; the mesh's defaultConfig may set it");
            ProxyConfigLayers.Lay(merged, own, metadataByKey: true);
        }
        if (string.IsNullOrEmpty(ProxyConfigLayers.Text(merged, "discoveryAddress")))
            merged["discoveryAddress"] = $"{Istiod(mesh)}.{mesh.SystemNamespace}.svc:{GatewayAddress.IstiodPort}";
        if (string.IsNullOrEmpty(ProxyConfigLayers.Text(merged, "serviceCluster")))
            merged["serviceCluster"] = ProxyConfigLayers.ServiceCluster(workload);
        if (workload.Vm.Ports != AgentPorts.Standard) (merged["proxyAdminPort"], merged["statusPort"]) = (workload.Vm.Ports.Admin, workload.Vm.Ports.Status);
        return merged;
    }

    public static string Istiod(MeshSettings mesh) => mesh.Revision is "" or "default" ? "istiod" : $"istiod-{mesh.Revision}";

    private static bool SetByEntry(ProxyConfigAddress address, WorkloadEntry workload) =>
        workload.ProxyConfig?.ContainsKey(address.Path.Split('.')[0]) == true;

    private static JsonObject Ordered(JsonObject merged)
    {
        var ordered = new JsonObject();
        foreach (var name in First.Concat(merged.Select(p => p.Key)).Distinct())
            ordered[name] = merged[name]?.DeepClone();
        return ordered;
    }
}
