using Embark.Mesh;

namespace Embark.Planning;

/// <summary>What leaving takes away: our labelled containers, and below our directory the files that Embark or the agent put there.</summary>
internal static class Removal
{
    public static Plan Of(WorkloadEntry workload, VmFacts? facts, string directory, string? cluster)
    {
        OtherMesh.CheckToLeave(workload, facts, cluster);
        cluster ??= Manifest.Read(facts?.Manifest)?.Cluster;
        var paths = new VmPaths(directory);
        PlanStep[] steps =
        [
            .. Containers(workload, facts, cluster).Select(name => new PlanStep.RemoveContainer(name, Stop: facts?.Containers.Any(c => c.Name == name && c.Running) ?? true)),
            new PlanStep.RemovePaths([.. Files(paths, facts), .. Directories(paths)]),
            .. facts is null || HostsFile.Of(facts, workload.Name).HasBlock ? [new PlanStep.KeepNames(workload.Name.ToString(), [])] : Array.Empty<PlanStep>(),
        ];
        return new()
        {
            Workload = workload.Name,
            ResourceVersion = workload.ResourceVersion,
            Target = workload.Vm.Ssh,
            Profile = workload.Vm.Options.Profile,
            Directory = directory,
            Steps = steps,
            Warnings = [],
            Hash = $"sha256:{PlanHash.Of(string.Join('\0', [.. Containers(workload, facts, cluster), .. Files(paths, facts)]))}",
        };
    }

    private static IEnumerable<string> Containers(WorkloadEntry workload, VmFacts? facts, string? cluster)
    {
        var name = workload.Vm.ContainerName;
        if (facts is null) return [name, $"{name}.bridge", $"{name}.old"];
        return facts.Containers.Where(EmbarkLabels.IsOurs)
            .Where(c => c.Labels.GetValueOrDefault(EmbarkLabels.Workload) == workload.Name.ToString() && !OtherMesh.IsOther(c.Labels.GetValueOrDefault(EmbarkLabels.Cluster), cluster))
            .Select(c => c.Name).Order(StringComparer.Ordinal);
    }

    /// <summary>The manifest lies on the VM, so what it names is believed only below our directory.</summary>
    private static IEnumerable<string> Files(VmPaths paths, VmFacts? facts)
    {
        var known = new[] { paths, paths.Bridge, paths.Next, paths.Previous }.SelectMany(p => p.Files).Append(paths.Lock);
        var named = Manifest.Read(facts?.Manifest)?.Files.Select(f => f.Path)
            .Where(p => p.StartsWith($"{paths.Directory}/", StringComparison.Ordinal) && Grammar.Directory.Accepts(p)) ?? [];
        var all = known.Concat(named).Distinct(StringComparer.Ordinal);
        // A file that only root can read has a mode, but no hash.
        return facts is null ? all : all.Where(path => facts.FileHashes.ContainsKey(path) || facts.Modes.ContainsKey(path));
    }

    private static IEnumerable<string> Directories(VmPaths paths) =>
        new[] { paths.Bridge, paths.Next, paths.Previous, paths }.SelectMany(p => p.Directories).Distinct(StringComparer.Ordinal);
}
