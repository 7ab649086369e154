using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>One entry of many: what is wrong with it does not stop the others.</summary>
/// <param name="Name">Namespace and name.</param>
/// <param name="Workload">The entry; null when something is wrong with it.</param>
/// <param name="Problems">What is wrong; empty when nothing is.</param>
public sealed record WorkloadReading(NamespacedName Name, WorkloadEntry? Workload, IReadOnlyList<Problem> Problems)
{
    /// <summary>The entry.</summary>
    /// <exception cref="InvalidInputException">All that is wrong with it.</exception>
    public WorkloadEntry Required() => Workload ?? throw new InvalidInputException($"WorkloadEntry {Name}", Problems);
}
