using System.Net;
using System.Net.Sockets;
using Embark.Kubernetes.Credentials;

namespace Embark.Kubernetes;

/// <summary>The account that a pod is given by its cluster.</summary>
public static class InCluster
{
    private const string AccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>True inside a pod.</summary>
    public static bool IsHere(Func<string, string?> environment) =>
        !string.IsNullOrEmpty(environment("KUBERNETES_SERVICE_HOST")) && !string.IsNullOrEmpty(environment("KUBERNETES_SERVICE_PORT"));

    /// <summary>
    /// Reads the pod's service account; its token file is read again with each call, since the kubelet renews it.
    /// Source: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    /// </summary>
    /// <exception cref="KubernetesException">Class Credentials: not in a pod, or without a mounted account.</exception>
    public static KubernetesConnection Load(Func<string, string?> environment) => Load(environment, AccountDirectory);

    internal static KubernetesConnection Load(Func<string, string?> environment, string directory)
    {
        if (!IsHere(environment))
            throw Unusable("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod of a cluster", null);
        var host = environment("KUBERNETES_SERVICE_HOST")!;
        if (IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6)
            host = $"[{host}]";
        if (!Uri.TryCreate($"https://{host}:{environment("KUBERNETES_SERVICE_PORT")}", UriKind.Absolute, out var server))
            throw Unusable("KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are no host and port", null);

        var authority = Path.Combine(directory, "ca.crt");
        var token = Path.Combine(directory, "token");
        try
        {
            if (!File.Exists(token))
                throw new FileNotFoundException($"{token} does not exist");
            var @namespace = Path.Combine(directory, "namespace");
            var source = $"the pod's service account in {directory}";
            return new KubernetesConnection(new UserSpec { Source = source, TokenFile = token }, environment)
            {
                Server = server,
                Namespace = File.Exists(@namespace) ? File.ReadAllText(@namespace).Trim() : "default",
                Source = source,
                CertificateAuthority = File.ReadAllBytes(authority),
                CertificateAuthoritySource = authority,
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(e.Message, e);
        }
    }

    private static KubernetesException Unusable(string why, Exception? cause) => new(
        KubernetesFailure.Credentials, $"cannot use the pod's service account: {why}",
        "set automountServiceAccountToken in the pod, or name a kubeconfig", cause);
}
