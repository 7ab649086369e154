using Embark.Planning;

namespace Embark.Delivery;

/// <summary>The commands that a step stands for, as the transcript names them.</summary>
public static class StepCommands
{
    /// <summary>Commands of one step, in order; none for a file, which has a line of its own.</summary>
    /// <param name="plan">The plan the step belongs to.</param>
    /// <param name="step">The step.</param>
    /// <param name="image">The image as it runs; null shows it with a placeholder for its digest.</param>
    public static IEnumerable<IReadOnlyList<string>> Of(Plan plan, PlanStep step, string? image = null) => step switch
    {
        PlanStep.EnsureDirectory directory => [directory.Path == plan.Directory
            ? ["mkdir", "-p", directory.Path]
            : ["mkdir", "-p", "-m", directory.Mode.Octal(), directory.Path]],
        PlanStep.PullImage pull => [["docker", "pull", pull.Image]],
        PlanStep.RunContainer run => [Run(run.Container, image)],
        PlanStep.ReplaceContainer replace => Replace(replace, image),
        PlanStep.RemoveContainer { Stop: true } remove => [["docker", "stop", remove.Name], ["docker", "rm", "--force", remove.Name]],
        PlanStep.RemoveContainer remove => [["docker", "rm", "--force", remove.Name]],
        PlanStep.RemovePaths remove => RemovePaths(plan, remove),
        PlanStep.KeepNames names => [["sudo", "-n", HostsDelivery.Tool, names.Lines.Count > 0 ? "apply" : "remove", names.Owner]],
        _ => [],
    };

    private static IReadOnlyList<string> Run(ContainerSpec container, string? image) => container.Command(image ?? container.ShownImage);

    /// <summary>The bridge of 5.7; where a gap is expected, the same without the bridge.</summary>
    private static IEnumerable<IReadOnlyList<string>> Replace(PlanStep.ReplaceContainer replace, string? image)
    {
        var (name, bridge, old) = (replace.Container.Name, replace.Bridge.Name, $"{replace.Container.Name}.old");
        if (!replace.GapExpected) yield return Run(replace.Bridge, image);
        yield return ["docker", "stop", name];
        yield return ["docker", "rename", name, old];
        yield return Run(replace.Container, image);
        if (!replace.GapExpected) yield return ["docker", "stop", bridge];
        yield return replace.GapExpected ? ["docker", "rm", "--force", old] : ["docker", "rm", "--force", bridge, old];
    }

    private static IEnumerable<IReadOnlyList<string>> RemovePaths(Plan plan, PlanStep.RemovePaths remove)
    {
        var directories = remove.Paths.Where(IsDirectory(plan)).ToList();
        var files = remove.Paths.Except(directories).ToList();
        if (files.Count > 0) yield return ["rm", "-f", "--", .. files];
        if (directories.Count > 0) yield return ["rmdir", "--ignore-fail-on-non-empty", "--", .. directories];
    }

    private static Func<string, bool> IsDirectory(Plan plan)
    {
        var paths = new VmPaths(plan.Directory);
        var all = new[] { paths, paths.Bridge, paths.Next, paths.Previous }.SelectMany(p => p.Directories).ToHashSet(StringComparer.Ordinal);
        return all.Contains;
    }
}
