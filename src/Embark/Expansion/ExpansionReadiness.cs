using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Mesh;
using Embark.Planning;

namespace Embark.Expansion;

/// <summary>What VMs still lack, from the objects as they are. Pure.</summary>
internal static class ExpansionReadiness
{
    public static ExpansionView Of(ExpansionView view, bool hasIstiod)
    {
        var findings = new Findings();
        foreach (var absent in view.Objects.Where(o => o.Live is null || o.Foreign is null && !o.IsMade && o.Manifest.IsShared))
            findings.Refuse(absent.Manifest.Title, absent.Manifest.IsShared ? $"has no label {ExpansionManifests.NetworkLabel}" : "does not exist", "embark mesh-expansion enable, or see what the controller says");
        if (!hasIstiod) findings.Refuse($"Service {view.Around.SystemNamespace}/{view.Around.IstiodService}", "does not exist: there is no istiod behind the gateway", "install Istio, or name its revision in spec.meshExpansion.revision");
        var address = Address(view, findings);
        Workload(view, findings);
        return view with { Missing = [.. findings.Problems], Address = address };
    }

    private static string? Address(ExpansionView view, Findings findings)
    {
        var live = Live(view, Manifest.Services, ExpansionManifests.Gateway);
        if (live?.Deserialize(CoreKinds.Services.Json) is not { } service) return null;
        return GatewayService.AddressOf(service, Profile.Modern, findings)?.Host;
    }

    private static void Workload(ExpansionView view, Findings findings)
    {
        if (Live(view, Manifest.Deployments, ExpansionManifests.Gateway) is not { } live || Number(live["status"]?["availableReplicas"]) > 0) return;
        var because = (live["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(c => Ownership.Text(c["type"]) is "Progressing" or "ReplicaFailure" && Ownership.Text(c["reason"]) is "ProgressDeadlineExceeded" or "FailedCreate")
            .Select(c => Ownership.Text(c["message"])).FirstOrDefault();
        findings.Refuse($"Deployment {view.Around.SystemNamespace}/{ExpansionManifests.Gateway}", $"no pod is available{(because is null ? "" : $": {Printable.Text(because, 200)}")}",
            $"wait, or see: kubectl describe pods -n {view.Around.SystemNamespace} -l app={ExpansionManifests.Gateway}");
    }

    private static JsonObject? Live(ExpansionView view, ResourceKind<JsonObject> kind, string name) =>
        view.Objects.FirstOrDefault(o => o.Manifest.Kind == kind && o.Manifest.Name == name)?.Live;

    private static long Number(JsonNode? node) => node is JsonValue value && value.TryGetValue<long>(out var number) ? number : 0;
}
