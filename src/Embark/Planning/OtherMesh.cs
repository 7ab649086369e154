using Embark.Mesh;

namespace Embark.Planning;

/// <summary>A machine may be in two meshes, but not by one container or one directory: each join would undo the other.</summary>
internal static class OtherMesh
{
    public static void Check(MeshSettings mesh, WorkloadEntry workload, VmFacts facts, Findings findings)
    {
        var fix = $"give the entries different container names, directories and ports (annotations {Annotations.ContainerName}, {Annotations.Directory}, {Annotations.PortBase}), or take the other off first: embark leave";
        var container = facts.Containers.FirstOrDefault(c => c.Name == workload.Vm.ContainerName && EmbarkLabels.IsOurs(c));
        if (container is not null && !workload.Vm.Options.Adopt && IsOther(container.Labels.GetValueOrDefault(EmbarkLabels.Cluster), mesh))
            findings.RefuseVm($"VM {workload.Vm.Ssh} container {container.Name}", $"is the proxy of WorkloadEntry {Printable.Text(container.Labels.GetValueOrDefault(EmbarkLabels.Workload) ?? "?")} of another cluster", $"{fix}; if that cluster is gone, take it over with --adopt");
        if (Manifest.Read(facts.Manifest) is not { } manifest) return;
        if (manifest.WorkloadEntry != workload.Name.ToString() || (IsOther(manifest.Cluster, mesh) && !workload.Vm.Options.Adopt))
            findings.RefuseVm($"VM {workload.Vm.Ssh} {facts.Directory}", $"holds the files of WorkloadEntry {Printable.Text(manifest.WorkloadEntry)}{(IsOther(manifest.Cluster, mesh) ? " of another cluster" : "")}", fix);
    }

    /// <summary>Nothing of another cluster's is taken away.</summary>
    /// <exception cref="InvalidInputException">The directory is that of an entry in another cluster.</exception>
    public static void CheckToLeave(WorkloadEntry workload, VmFacts? facts, string? cluster)
    {
        if (Manifest.Read(facts?.Manifest) is not { } manifest || !IsOther(manifest.Cluster, cluster)) return;
        throw new InvalidInputException($"VM {workload.Vm.Ssh}", [new(facts!.Directory, $"holds the files of WorkloadEntry {Printable.Text(manifest.WorkloadEntry)} of another cluster; nothing was taken away", "choose that cluster with --context")], FailureClass.VmNotReady);
    }

    /// <summary>True when both are known and differ.</summary>
    public static bool IsOther(string? cluster, MeshSettings mesh) => IsOther(cluster, mesh.ClusterId);

    /// <summary>True when both are known and differ.</summary>
    public static bool IsOther(string? cluster, string? own) => cluster is not null && own is not null && cluster != own;
}
