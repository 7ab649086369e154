using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Delivery;

/// <summary>A plan sorted by what happens when on the VM: staged first, then a container, then the clean-up. Nothing is added to it.</summary>
internal sealed record DeliveryWork
{
    public required IReadOnlyList<PlanStep.EnsureDirectory> Directories { get; init; }

    public required IReadOnlyList<PlanStep.EnsureDirectory> BridgeDirectories { get; init; }

    /// <summary>Staged in <c>next/</c>.</summary>
    public required IReadOnlyList<PlanStep.WriteFile> Files { get; init; }

    /// <summary>Of the temporary proxy; they lie in <c>bridge/</c>.</summary>
    public required IReadOnlyList<PlanStep.WriteFile> BridgeFiles { get; init; }

    /// <summary>Taken away when the new files are moved into place.</summary>
    public required IReadOnlyList<string> Removed { get; init; }

    /// <summary>Removed outright: what `leave` does, and the guide's profile before its run.</summary>
    public required IReadOnlyList<PlanStep.RemoveContainer> RemovedContainers { get; init; }

    public string? Image { get; init; }
    public ContainerSpec? Container { get; init; }

    /// <summary>Null where no bridge is wanted.</summary>
    public ContainerSpec? Bridge { get; init; }

    public bool GapExpected { get; init; }

    /// <summary>Names of the listeners that a proxy which replaces another may not lose.</summary>
    public IReadOnlyList<string> Listeners { get; init; } = [];

    /// <summary>True when nothing is brought to the VM, only taken away.</summary>
    public bool IsRemoval => Files.Count == 0 && Container is null && (Removed.Count > 0 || RemovedContainers.Count > 0);

    /// <summary>True when files or a container are brought, or anything of them is set right.</summary>
    public bool Brings => !IsRemoval && !OnlyNames;

    private bool OnlyNames { get; init; }

    /// <summary>The token that the plan needs: one for all of its files.</summary>
    public FileContent.WorkloadToken? Token => Files.Concat(BridgeFiles).Select(f => f.Content).OfType<FileContent.WorkloadToken>().Distinct().SingleOrDefault();

    /// <summary>A plan that takes a foreign container over says so in its removal or its replacement.</summary>
    public bool MayAdopt => RemovedContainers.Any(r => r.Adopted);

    public IReadOnlyList<StagedFile> Stage(Plan plan, ServiceAccountToken? token) => [.. Files.Select(f => StagedFile.Of(f, plan.Directory, token))];

    public IReadOnlyList<StagedFile> StageBridge(Plan plan, ServiceAccountToken? token) =>
        [.. BridgeFiles.Select(f => StagedFile.Of(f, $"{plan.Directory}/{OwnFiles.Bridge}", token))];

    /// <summary>Names that are set aside; scratch goes by itself.</summary>
    public IEnumerable<string> RemovedNames(Plan plan) =>
        Removed.Select(path => RelativeTo(plan.Directory, path)).Where(name => !OwnFiles.IsScratch(name));

    /// <summary>The container commands as the transcript names them, in their order.</summary>
    public static IEnumerable<IReadOnlyList<string>> Commands(Plan plan, string image) =>
        plan.Steps.Where(s => s is PlanStep.RunContainer or PlanStep.ReplaceContainer or PlanStep.RemoveContainer).SelectMany(s => StepCommands.Of(plan, s, image));

    public static DeliveryWork Of(Plan plan)
    {
        var scratch = $"{plan.Directory}/{OwnFiles.Bridge}/";
        var files = plan.Steps.OfType<PlanStep.WriteFile>().ToList();
        var directories = plan.Steps.OfType<PlanStep.EnsureDirectory>().ToList();
        var replace = plan.Steps.OfType<PlanStep.ReplaceContainer>().SingleOrDefault();
        foreach (var path in files.Select(f => f.Path).Concat(plan.Steps.OfType<PlanStep.RemovePaths>().SelectMany(r => r.Paths)))
            if (path != plan.Directory) RelativeTo(plan.Directory, path);

        return new DeliveryWork
        {
            Directories = [.. directories.Where(d => !OwnFiles.IsScratch(NameOf(d)))],
            BridgeDirectories = [.. directories.Where(d => OwnFiles.IsScratch(NameOf(d)))],
            Files = [.. files.Where(f => f.Content is not FileContent.Manifest && !f.Path.StartsWith(scratch, StringComparison.Ordinal))],
            BridgeFiles = [.. files.Where(f => f.Path.StartsWith(scratch, StringComparison.Ordinal))],
            Removed = [.. plan.Steps.OfType<PlanStep.RemovePaths>().SelectMany(r => r.Paths)],
            RemovedContainers = [.. plan.Steps.OfType<PlanStep.RemoveContainer>()],
            Image = plan.Steps.OfType<PlanStep.PullImage>().SingleOrDefault()?.Image,
            Container = replace?.Container ?? plan.Steps.OfType<PlanStep.RunContainer>().SingleOrDefault()?.Container,
            Bridge = replace is { GapExpected: false } ? replace.Bridge : null,
            GapExpected = replace is { GapExpected: true },
            Listeners = replace?.Listeners ?? [],
            OnlyNames = plan.Steps.All(s => s is PlanStep.KeepNames),
        };

        string NameOf(PlanStep.EnsureDirectory made) => made.Path == plan.Directory ? "" : RelativeTo(plan.Directory, made.Path);
    }

    /// <summary>The name below the directory. A plan never reaches outside of it.</summary>
    public static string RelativeTo(string directory, string path) =>
        path.StartsWith(directory + "/", StringComparison.Ordinal) && !path.Split('/').Contains("..")
            ? path[(directory.Length + 1)..]
            : throw new ArgumentException($"{path} is not below {directory}", nameof(path));
}
