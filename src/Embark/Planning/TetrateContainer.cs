using Embark.Mesh;

namespace Embark.Planning;

/// <summary>The docker words of the guide's time (sidecar-bootstrap 5.5 and 6.4).</summary>
internal static class TetrateContainer
{
    public static ContainerSpec For(MeshSettings mesh, WorkloadEntry workload, ProxyConfiguration config, string image, VmPaths paths, string hash, string? cluster) => new()
    {
        Name = workload.Vm.ContainerName,
        Image = image,
        RunByTag = true,
        EnvironmentFile = paths.Environment,
        Ports = AgentPorts.Standard,
        Options =
        [
            "--name", workload.Vm.ContainerName, "--restart", "unless-stopped", "--network", "host",
            "-v", $"{paths.Roots}:/var/run/secrets/istio/root-cert.pem",
            "-v", $"{paths.TetrateToken}:/var/run/secrets/tokens/istio-token",
            .. mesh.KubernetesCa is null ? [] : new[] { "-v", $"{paths.KubernetesCa}:/var/run/secrets/kubernetes.io/serviceaccount/ca.crt" },
            "--env-file", paths.Environment,
            .. config.HostAliases.SelectMany(alias => new[] { "--add-host", alias }),
            .. EmbarkLabels.Words("proxy", workload.Name, cluster, Profile.Tetrate, hash),
        ],
        Arguments =
        [
            "proxy", "sidecar",
            "--serviceCluster", ProxyConfigLayers.Text(config.Json, "serviceCluster") ?? "",
            "--concurrency", config.Json["concurrency"]?.ToJsonString() ?? "0",
            "--proxyLogLevel", workload.Vm.LogLevel ?? mesh.LogLevel ?? "info",
            "--proxyComponentLogLevel", workload.Vm.ComponentLogLevel ?? mesh.ComponentLogLevel ?? "misc:info",
            "--trust-domain", mesh.GlobalTrustDomain.Length > 0 ? mesh.GlobalTrustDomain : "cluster.local",
        ],
    };
}
