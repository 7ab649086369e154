using Embark.Kubernetes;

namespace Embark.Planning;

/// <summary>Labels by which Embark knows its own containers (sidecar-bootstrap 5.5, 5.7).</summary>
public static class EmbarkLabels
{
    /// <summary><c>true</c> on every container of ours; without it nothing is removed.</summary>
    public const string Managed = "embark.managed";

    /// <summary><c>proxy</c> or <c>bridge</c>.</summary>
    public const string Role = "embark.role";

    /// <summary><c>namespace/name</c> of the WorkloadEntry.</summary>
    public const string Workload = "embark.workload-entry";

    /// <summary>Which cluster the WorkloadEntry is in: the uid of the control plane's namespace; absent where it could not be read.</summary>
    public const string Cluster = "embark.cluster";

    /// <summary><c>modern</c> or <c>tetrate</c>.</summary>
    public const string Profile = "embark.profile";

    /// <summary>Hash of the plan.</summary>
    public const string Plan = "embark.plan";

    /// <summary>True when Embark made the container.</summary>
    public static bool IsOurs(ContainerFacts container) => container.Labels.GetValueOrDefault(Managed) == "true";

    internal static IEnumerable<string> Words(string role, NamespacedName workload, string? cluster, Profile profile, string hash) =>
    [
        "--label", $"{Managed}=true", "--label", $"{Role}={role}", "--label", $"{Workload}={workload}", .. cluster is null ? Array.Empty<string>() : ["--label", $"{Cluster}={cluster}"],
        "--label", $"{Profile}={profile.ToString().ToLowerInvariant()}", "--label", $"{Plan}={hash}",
    ];
}
