using Embark.Kubernetes;

namespace Embark.Planning;

/// <summary>Which generation of files and commands is written.</summary>
public enum Profile
{
    /// <summary>For Istio 1.28 and later.</summary>
    Modern,

    /// <summary>The files and commands of the original guide (Istio 1.7 and 1.8).</summary>
    Tetrate,
}

/// <summary>Everything that shall happen on one VM, as data. Printed, hashed, compared, written and sent from here alone.</summary>
public sealed record Plan
{
    /// <summary>The WorkloadEntry.</summary>
    public required NamespacedName Workload { get; init; }

    /// <summary>resourceVersion of the WorkloadEntry the plan was made from.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>Where the VM is.</summary>
    public required SshTarget Target { get; init; }

    /// <summary>Profile it was planned in.</summary>
    public required Profile Profile { get; init; }

    /// <summary>Directory on the VM that holds everything of ours.</summary>
    public required string Directory { get; init; }

    /// <summary>Steps in order; empty when there is nothing to change.</summary>
    public required IReadOnlyList<PlanStep> Steps { get; init; }

    /// <summary>Things worth knowing that stop nothing.</summary>
    public required IReadOnlyList<Problem> Warnings { get; init; }

    /// <summary><c>sha256:…</c> over what is installed: not over tokens, times, or facts that change nothing (decision 2).</summary>
    public required string Hash { get; init; }
}
