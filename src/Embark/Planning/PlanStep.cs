namespace Embark.Planning;

/// <summary>One step of a plan: a closed set, read by a switch in each sink.</summary>
public abstract record PlanStep
{
    private PlanStep() { }

    /// <summary>Make a directory if it is absent; narrow its mode if it is ours and wider.</summary>
    public sealed record EnsureDirectory(string Path, UnixFileMode Mode) : PlanStep;

    /// <summary>Put one file in place, whole or not at all.</summary>
    public sealed record WriteFile(string Path, UnixFileMode Mode, FileContent Content) : PlanStep;

    /// <summary>Pull the image; where that is impossible and it is present, go on with a warning (decision 5).</summary>
    public sealed record PullImage(string Image) : PlanStep;

    /// <summary>Start the proxy where none of ours runs.</summary>
    public sealed record RunContainer(ContainerSpec Container) : PlanStep;

    /// <summary>Replace a running proxy of ours over the bridge (sidecar-bootstrap 5.7).</summary>
    /// <param name="Container">The proxy as it shall be.</param>
    /// <param name="Bridge">The temporary proxy on the bridge ports.</param>
    /// <param name="GapExpected">True when the old proxy runs under another uid, so that ports cannot be shared.</param>
    public sealed record ReplaceContainer(ContainerSpec Container, ContainerSpec Bridge, bool GapExpected) : PlanStep
    {
        /// <summary>Names of the listeners that the Sidecar calls for; what the old proxy has of them, the new one must have too.</summary>
        public IReadOnlyList<string> Listeners { get; init; } = [];
    }

    /// <summary>Remove a container; only one with our label, unless it was adopted.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Adopted">Whether it may go without our label.</param>
    /// <param name="Stop">True: it is asked to stop first, so that it drains.</param>
    public sealed record RemoveContainer(string Name, bool Adopted = false, bool Stop = false) : PlanStep;

    /// <summary>Keep names in <c>/etc/hosts</c>, by the script that <c>prepare</c> installed.</summary>
    /// <param name="Owner"><c>namespace/name</c> of the WorkloadEntry.</param>
    /// <param name="Lines">Lines of the block; none takes it away.</param>
    public sealed record KeepNames(string Owner, IReadOnlyList<string> Lines) : PlanStep;

    /// <summary>Remove files and, when they are then empty, directories of ours.</summary>
    public sealed record RemovePaths(IReadOnlyList<string> Paths) : PlanStep;
}
