using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Discovery.Serving;

namespace Embark.Sandbox.Pods;

/// <summary>A pod as the API has it, with the loopback addresses that its Sidecar gives it.</summary>
internal sealed record PodSpec(string Namespace, string Name, string ServiceAccount, string Address, IReadOnlyDictionary<string, string> Labels)
{
    public string App => Labels.GetValueOrDefault("app", Name);

    public string Version => Labels.GetValueOrDefault("version", "");

    /// <summary>Gateways have no application.</summary>
    public bool IsGateway => Labels.ContainsKey("istio") && Namespace == "istio-system" && App != "istiod";

    /// <summary>Where the application listens: the Sidecar's default endpoint.</summary>
    public string Application { get; init; } = "127.0.0.1:9080";

    /// <summary>Where the application finds the mesh: the Sidecar's egress bind.</summary>
    public string Egress { get; init; } = "127.0.0.1";

    /// <summary>All pods that run something of ours, from the API.</summary>
    public static async Task<IReadOnlyList<PodSpec>> AllAsync(KubernetesClient api, CancellationToken cancellationToken)
    {
        var sidecars = new List<JsonObject>();
        await foreach (var sidecar in api.ListAsync(MeshKinds.Sidecars, null, ListOptions.All, cancellationToken).ConfigureAwait(false))
            sidecars.Add(sidecar);
        var pods = new List<PodSpec>();
        await foreach (var pod in api.ListAsync(MeshKinds.Pods, null, ListOptions.All, cancellationToken).ConfigureAwait(false))
        {
            var labels = Map(pod["metadata"]?["labels"]);
            var spec = new PodSpec(
                Text(pod, "metadata", "namespace"), Text(pod, "metadata", "name"), Text(pod, "spec", "serviceAccountName"), Text(pod, "status", "podIP"), labels);
            var own = sidecars.FirstOrDefault(s => Text(s, "metadata", "namespace") == spec.Namespace
                && Map(s["spec"]?["workloadSelector"]?["labels"]) is { Count: > 0 } selector && selector.All(l => labels.GetValueOrDefault(l.Key) == l.Value));
            pods.Add(own is null ? spec : spec with
            {
                Application = own["spec"]?["ingress"]?[0]?["defaultEndpoint"]?.GetValue<string>() ?? spec.Application,
                Egress = own["spec"]?["egress"]?[0]?["bind"]?.GetValue<string>() ?? spec.Egress,
            });
        }

        return pods;
    }

    private static string Text(JsonObject item, string part, string name) => item[part]?[name]?.GetValue<string>() ?? "";

    private static Dictionary<string, string> Map(JsonNode? node) =>
        node is JsonObject members ? members.ToDictionary(m => m.Key, m => m.Value?.GetValue<string>() ?? "") : [];
}
