using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Decides what goes onto a VM. Pure: no IO, no clock; what it must know of the VM comes as facts.</summary>
public static class Planner
{
    /// <summary>The plan that brings a VM aboard, or to its wanted state; no steps when nothing would change.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="workload">The WorkloadEntry.</param>
    /// <param name="facts">The VM; null when nothing is connected to: the plan then holds placeholders.</param>
    /// <exception cref="InvalidInputException">What mesh and workload only show together; all of it at once.</exception>
    public static Plan For(MeshSettings mesh, WorkloadEntry workload, VmFacts? facts)
    {
        var findings = new Findings();
        var config = ProxyConfiguration.For(mesh, workload, findings);
        var image = ImageReference.For(mesh, workload.Vm, findings);
        JoinChecks.Run(mesh, workload, config, findings);
        if (facts is not null) OtherMesh.Check(mesh, workload, facts, findings);
        var paths = new VmPaths(DirectoryOf(workload, facts));

        var (steps, hash) = workload.Vm.Options.Profile == Profile.Tetrate
            ? new TetratePlan(mesh, workload, facts, config, image, paths).Make(findings)
            : new ModernPlan(mesh, workload, facts, config, image, paths).Make(findings);
        var names = facts is not null && workload.Names is { IsComplete: true } known && HostsFile.Of(facts, workload.Name).HasBlock
            ? HostsFile.Of(facts, workload.Name).StepFor(known, findings) : null;
        findings.ThrowIfAny($"WorkloadEntry {workload.Name}");
        return new()
        {
            Workload = workload.Name,
            ResourceVersion = workload.ResourceVersion,
            Target = workload.Vm.Ssh,
            Profile = workload.Vm.Options.Profile,
            Directory = paths.Directory,
            Steps = names is null ? steps : [.. steps, names],
            Warnings = [.. mesh.Warnings.Concat(workload.Warnings).Concat(findings.Warnings).Distinct()],
            Hash = hash,
        };
    }

    /// <summary>The plan that takes a VM off the mesh: our labelled containers and our own files, nothing else.</summary>
    /// <param name="workload">The WorkloadEntry.</param>
    /// <param name="facts">The VM; null in a dry run: the plan then names everything that may be there.</param>
    /// <param name="cluster">Which cluster the entry is in (<see cref="MeshSettings.ClusterId"/>); null where it is not known.</param>
    /// <exception cref="InvalidInputException">What is there belongs to an entry of that name in another cluster.</exception>
    public static Plan ToLeave(WorkloadEntry workload, VmFacts? facts, string? cluster = null) => Removal.Of(workload, facts, DirectoryOf(workload, facts), cluster);

    /// <summary>The plan that keeps names in the VM's <c>/etc/hosts</c>, or takes them away; no steps when nothing would change.</summary>
    /// <param name="workload">The WorkloadEntry.</param>
    /// <param name="facts">The VM.</param>
    /// <param name="names">What shall be there; null to take it away.</param>
    public static Plan ForNames(WorkloadEntry workload, VmFacts facts, MeshNames? names)
    {
        var findings = new Findings();
        var step = HostsFile.Of(facts, workload.Name).StepFor(names, findings);
        return new()
        {
            Workload = workload.Name,
            ResourceVersion = workload.ResourceVersion,
            Target = workload.Vm.Ssh,
            Profile = workload.Vm.Options.Profile,
            Directory = DirectoryOf(workload, facts),
            Steps = step is null ? [] : [step],
            Warnings = [.. (names?.Warnings ?? []).Concat(findings.Warnings).Distinct()],
            Hash = $"sha256:{PlanHash.Of(string.Join('\n', step?.Lines ?? []))}",
        };
    }

    private static string DirectoryOf(WorkloadEntry workload, VmFacts? facts) =>
        workload.Vm.Directory ?? facts?.Directory ?? $"{Placeholder.Home}/.embark/{workload.Name.Namespace}.{workload.Name.Name}";
}
