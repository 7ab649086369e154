using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Grpc;
using Embark.Kubernetes;
using Embark.Sandbox.Istiod.Authority;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Discovery.Serving;

namespace Embark.Sandbox.Istiod.Registration;

/// <summary>Makes the WorkloadEntry of a proxy that names a WorkloadGroup (protocols 2.8).</summary>
internal sealed class AutoRegistration(KubernetesClient api, TimeProvider clock, string istiodPod)
{
    private const int LongestName = 253;

    /// <summary>The entry's name.</summary>
    /// <exception cref="GrpcException">No such group, or the caller is not its service account.</exception>
    public async Task<string> RegisterAsync(ProxyNode proxy, string groupName, MeshIdentity caller, CancellationToken cancellationToken)
    {
        var group = await api.GetAsync(MeshKinds.WorkloadGroups, proxy.Namespace, groupName, cancellationToken).ConfigureAwait(false)
            ?? throw new GrpcException(GrpcStatus.FailedPrecondition,
                $"auto-registration WorkloadEntry of {proxy.Name}.{proxy.Namespace} failed: cannot find WorkloadGroup {proxy.Namespace}/{groupName}");
        var template = group["spec"]?["template"] as JsonObject ?? [];
        var account = template["serviceAccount"]?.GetValue<string>() ?? "";
        if (account != caller.ServiceAccount)
            throw new GrpcException(GrpcStatus.Unknown, $"registration of WorkloadEntry service account mismatch: \"{caller.ServiceAccount}\" vs \"{account}\"");

        var entry = Entry(proxy, group, groupName, template);
        var name = entry["metadata"]!["name"]!.GetValue<string>();
        if (await api.GetAsync(MeshKinds.WorkloadEntries, proxy.Namespace, name, cancellationToken).ConfigureAwait(false) is null)
            await api.CreateAsync(MeshKinds.WorkloadEntries, proxy.Namespace, entry, cancellationToken).ConfigureAwait(false);
        else
            await api.PatchAsync(MeshKinds.WorkloadEntries, proxy.Namespace, name, new JsonObject
            {
                ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["istio.io/connectedAt"] = Now(), ["istio.io/disconnectedAt"] = null } },
            }, cancellationToken).ConfigureAwait(false);
        return name;
    }

    private JsonObject Entry(ProxyNode proxy, JsonObject group, string groupName, JsonObject template)
    {
        var network = proxy.Network.Length > 0 ? proxy.Network : template["network"]?.GetValue<string>() ?? "";
        var address = proxy.Addresses[0].ToString();
        var name = $"{groupName}-{address.Replace(':', '-')}{(network.Length > 0 ? "-" + network : "")}";
        var labels = new JsonObject();
        foreach (var layer in new[] { template["labels"] as JsonObject, group["spec"]?["metadata"]?["labels"] as JsonObject })
            foreach (var (key, value) in layer ?? [])
                labels[key] = value?.DeepClone();
        foreach (var (key, value) in proxy.Labels)
            labels[key] = value;
        labels.Remove("istio-locality");

        var spec = (JsonObject)template.DeepClone();
        spec["address"] = address;
        if (network.Length > 0)
            spec["network"] = network;
        spec["labels"] = labels.DeepClone();
        var annotations = group["spec"]?["metadata"]?["annotations"]?.DeepClone() as JsonObject ?? [];
        annotations["istio.io/autoRegistrationGroup"] = groupName;
        annotations["istio.io/workloadController"] = istiodPod;
        annotations["istio.io/connectedAt"] = Now();
        if (proxy.ProbesReadiness)
            annotations["proxy.istio.io/health-checks-enabled"] = "true";
        return new JsonObject
        {
            ["apiVersion"] = "networking.istio.io/v1",
            ["kind"] = "WorkloadEntry",
            ["metadata"] = new JsonObject
            {
                ["name"] = name.Length > LongestName ? name[^LongestName..] : name,
                ["namespace"] = proxy.Namespace,
                ["labels"] = labels,
                ["annotations"] = annotations,
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "networking.istio.io/v1", ["kind"] = "WorkloadGroup", ["name"] = groupName,
                    ["uid"] = group["metadata"]?["uid"]?.DeepClone(), ["controller"] = true,
                }),
            },
            ["spec"] = spec,
            ["status"] = new JsonObject(),
        };
    }

    private string Now() => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
}
