using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>What only mesh and WorkloadEntry together show to be wrong.</summary>
internal static class JoinChecks
{
    public static void Run(MeshSettings mesh, WorkloadEntry workload, ProxyConfiguration config, Findings findings)
    {
        OtherNetwork(mesh, workload, findings);
        Health(workload, config, findings);
        Tracing(mesh, workload, findings);
        EnvironmentLine.CheckMetadata($"ProxyConfig of {workload.Name}", config.Metadata.Select(p => p.Key), findings);
    }

    private static void OtherNetwork(MeshSettings mesh, WorkloadEntry workload, Findings findings)
    {
        if (mesh.Gateway is not { ServicePorts: { } ports } gateway || ports.Contains(GatewayAddress.MutualTlsPort)) return;
        if (workload.Network is { } network && network != mesh.ClusterNetwork)
            findings.Warn(gateway.Source, $"offers no port {GatewayAddress.MutualTlsPort}, but the VM's network {network} is not the cluster's ({Shown(mesh.ClusterNetwork)}): it cannot reach Services",
                $"add port {GatewayAddress.MutualTlsPort} (AUTO_PASSTHROUGH) to the gateway");
    }

    private static void Health(WorkloadEntry workload, ProxyConfiguration config, Findings findings)
    {
        if (workload.HealthChecks && config.Json["readinessProbe"] is JsonObject probe && probe["initialDelaySeconds"] is null && probe["failureThreshold"] is null)
            findings.Warn($"{Annotations.ProxyConfig} of {workload.Name} readinessProbe", "each start of the proxy, also a replacement, reports the VM as unhealthy at first, and the mesh sends it nothing until the next probe",
                "set initialDelaySeconds: 2 beside periodSeconds");
        if (workload.HealthChecks && config.Json["readinessProbe"] is null)
            findings.Warn($"WorkloadEntry {workload.Name} metadata.annotations[{Annotations.HealthChecks}]", "is \"true\", but the ProxyConfig has no readinessProbe: istiod will hold the VM for unhealthy and send it nothing",
                $"add a readinessProbe to {Annotations.ProxyConfig}, or remove the annotation");
    }

    /// <summary>Decision 33: a tracing provider that the Sidecar hides makes Envoy refuse every HTTP listener.</summary>
    private static void Tracing(MeshSettings mesh, WorkloadEntry workload, Findings findings)
    {
        if (workload.Sidecar is not { } sidecar || workload.Vm.Options.Force) return;
        foreach (var provider in mesh.TracingProviders)
        {
            if (TracingHost.Of(provider, mesh, workload) is not { } host || TracingHost.IsVisible(host, sidecar, workload)) continue;
            findings.Refuse($"Sidecar {sidecar.Name} spec.egress.hosts", $"hides the Service of tracing provider {provider.Name} ({provider.Service}): Envoy would refuse every HTTP listener",
                $"add \"{host.Namespace}/*\" to the hosts of an egress listener, or use --force");
        }
    }

    private static string Shown(string network) => network.Length == 0 ? "unnamed" : network;
}
