using System.Text.Json.Nodes;

namespace Embark.Kubernetes.Credentials;

/// <summary>What a plugin is told in KUBERNETES_EXEC_INFO (ExecCredential.spec of client.authentication.k8s.io).</summary>
internal static class ExecInfo
{
    public static string For(ExecPluginSpec plugin, KubernetesConnection connection, bool interactive)
    {
        var spec = new JsonObject { ["interactive"] = interactive };
        if (plugin.ProvideClusterInfo)
            spec["cluster"] = Cluster(plugin, connection);
        return new JsonObject { ["kind"] = "ExecCredential", ["apiVersion"] = plugin.ApiVersion, ["spec"] = spec }.ToJsonString();
    }

    private static JsonObject Cluster(ExecPluginSpec plugin, KubernetesConnection connection)
    {
        var cluster = new JsonObject { ["server"] = connection.Server.OriginalString };
        if (connection.TlsServerName is { } name)
            cluster["tls-server-name"] = name;
        if (connection.InsecureTls)
            cluster["insecure-skip-tls-verify"] = true;
        if (connection.CertificateAuthority is { } authority)
            cluster["certificate-authority-data"] = Convert.ToBase64String(authority);
        if (connection.Proxy is { } proxy)
            cluster["proxy-url"] = proxy.OriginalString;
        cluster["config"] = plugin.ClusterConfig?.DeepClone();
        return cluster;
    }
}
