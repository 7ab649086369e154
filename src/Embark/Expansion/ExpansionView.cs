using System.Text.Json.Nodes;

namespace Embark.Expansion;

/// <summary>One object of mesh expansion, as it should be and as it is.</summary>
/// <param name="Manifest">As it should be.</param>
/// <param name="Live">As it is; null when it is not there.</param>
/// <param name="Foreign">Why it is not ours to change; null when it is, or is not there.</param>
public sealed record ExpandedObject(Manifest Manifest, JsonObject? Live, string? Foreign)
{
    /// <summary>True when it is there and ours.</summary>
    public bool IsMade => Live is not null && Foreign is null && (!Manifest.IsShared || Ownership.AppliedLabel(Live, ExpansionManifests.NetworkLabel));

    internal string? Version => Ownership.Text(Live?["metadata"]?["resourceVersion"]);
}

/// <summary>Mesh expansion of one ControlPlane, as it should be and as it is.</summary>
public sealed record ExpansionView
{
    /// <summary>Who asks.</summary>
    public required ControlPlane Plane { get; init; }

    /// <summary>What of the mesh it depends on.</summary>
    public required ExpansionSurroundings Around { get; init; }

    /// <summary>All its objects.</summary>
    public required IReadOnlyList<ExpandedObject> Objects { get; init; }

    /// <summary>What keeps it from being made or changed; while there is any, nothing is.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];

    /// <summary>What does no harm.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];

    /// <summary>What is not there yet, so that no VM can join.</summary>
    public IReadOnlyList<Problem> Missing { get; init; } = [];

    /// <summary>Where VMs reach the gateway: IP or DNS name; null when it has no address.</summary>
    public string? Address { get; init; }

    /// <summary>Titles of what the last step created, changed or removed.</summary>
    public IReadOnlyList<string> Changed { get; init; } = [];

    /// <summary>True when VMs can join through it.</summary>
    public bool IsReady => Plane.Asks && Problems.Count == 0 && Missing.Count == 0;
}
