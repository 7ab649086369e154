using Embark.Delivery;
using Embark.Kubernetes;
using Embark.Mesh;

namespace Embark.Checks;

/// <summary>Containers that stand in the way: only what carries our label is ever touched (decision 6).</summary>
internal static class ContainerChecks
{
    public static void Examine(VmAnswers vm, NamespacedName workload, VmSettings settings, Findings found)
    {
        if (vm.Docker is null) return;
        var (name, bridge, old) = (settings.ContainerName, $"{settings.ContainerName}.bridge", $"{settings.ContainerName}.old");
        foreach (var container in vm.Docker.Containers)
        {
            if (container.Name == name && container.IsOurs && !settings.Options.Adopt && container.Labels.GetValueOrDefault(ContainerAnswer.WorkloadLabel) is { } other && other != workload.ToString())
                found.Refuse($"container {name}", $"is the proxy of WorkloadEntry {Printable.Text(other)}", "choose another name by the annotation sidecar-bootstrap.istio.io/proxy-container-name, take that entry off first (embark leave), or take its proxy over with --adopt");
            if (container.IsOurs || container.Id == vm.AdoptedId) continue;
            if (container.Name == name && !settings.Options.Adopt)
                found.Refuse($"container {name}", "exists and was not made by Embark; it is not touched",
                    "remove it yourself, choose another name by the annotation sidecar-bootstrap.istio.io/proxy-container-name, or take it over with --adopt");
            else if (container.Name == bridge || container.Name == old)
                found.Refuse($"container {container.Name}", "exists and was not made by Embark; it is not touched", "rename or remove it yourself: Embark needs this name while it replaces a proxy");
        }
    }
}
