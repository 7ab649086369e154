using System.Text;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Discovery.Serving;

namespace Embark.Sandbox.Istiod.Authority;

/// <summary>Keeps the root in Secret <c>istio-ca-secret</c>, and publishes it into every namespace (protocols 1.8, 7.2).</summary>
internal static class RootStore
{
    private const string SecretName = "istio-ca-secret";
    private const string ConfigMapName = "istio-ca-root-cert";

    public static async Task<(string RootPem, string KeyPem)> LoadOrCreateAsync(KubernetesClient api, IstiodOptions options, CancellationToken cancellationToken)
    {
        if (await api.GetAsync(MeshKinds.Secrets, options.Namespace, SecretName, cancellationToken).ConfigureAwait(false) is { } kept)
            return (Decoded(kept, "ca-cert.pem"), Decoded(kept, "ca-key.pem"));
        var (root, key) = MeshAuthority.NewRoot(options.TrustDomain, options.Clock);
        await api.CreateAsync(MeshKinds.Secrets, options.Namespace, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["type"] = "istio.io/ca-root",
            ["metadata"] = new JsonObject { ["name"] = SecretName, ["namespace"] = options.Namespace },
            ["data"] = new JsonObject
            {
                ["ca-cert.pem"] = Encoded(root), ["ca-key.pem"] = Encoded(key), ["cert-chain.pem"] = "", ["key.pem"] = "", ["root-cert.pem"] = "",
            },
        }, cancellationToken).ConfigureAwait(false);
        return (root, key);
    }

    /// <summary>Writes the root into namespaces that are there and that come; runs until it is cancelled.</summary>
    public static async Task PublishAsync(KubernetesClient api, string rootPem, CancellationToken cancellationToken)
    {
        await foreach (var change in api.WatchAsync(CoreKinds.Namespaces, null, ListOptions.All, cancellationToken).ConfigureAwait(false))
        {
            IReadOnlyList<KubernetesNamespace> there = change switch
            {
                WatchEvent<KubernetesNamespace>.Listed listed => listed.All,
                WatchEvent<KubernetesNamespace>.Applied { Value: { Metadata.DeletionTimestamp: null } added } => [added],
                _ => [],
            };
            foreach (var ns in there)
                await PublishAsync(api, ns.Metadata.Name!, rootPem, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task PublishAsync(KubernetesClient api, string ns, string rootPem, CancellationToken cancellationToken)
    {
        try
        {
            var kept = await api.GetAsync(CoreKinds.ConfigMaps, ns, ConfigMapName, cancellationToken).ConfigureAwait(false);
            if (kept?.Data?.GetValueOrDefault("root-cert.pem") == rootPem)
                return;
            var data = new JsonObject { ["data"] = new JsonObject { ["root-cert.pem"] = rootPem } };
            if (kept is not null)
                await api.PatchAsync(CoreKinds.ConfigMaps, ns, ConfigMapName, data, cancellationToken).ConfigureAwait(false);
            else
                await api.CreateAsync(MeshKinds.ConfigMaps, ns, new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "ConfigMap",
                    ["metadata"] = new JsonObject { ["name"] = ConfigMapName, ["namespace"] = ns, ["labels"] = new JsonObject { ["istio.io/config"] = "true" } },
                    ["data"] = new JsonObject { ["root-cert.pem"] = rootPem },
                }, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.Failure is KubernetesFailure.Conflict or KubernetesFailure.NotFound or KubernetesFailure.Forbidden)
        {
            // Somebody else was faster, or the namespace goes: the next event tries again.
        }
    }

    private static string Encoded(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Decoded(JsonObject secret, string key) => Encoding.UTF8.GetString(Convert.FromBase64String(secret["data"]![key]!.GetValue<string>()));
}
