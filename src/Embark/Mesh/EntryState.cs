namespace Embark.Mesh;

/// <summary>What istiod wrote onto an entry about its VM (istio.io/connectedAt, status.conditions).</summary>
public sealed record EntryState
{
    /// <summary>When its proxy connected, as istiod writes it; null when istiod wrote nothing, which is usual without health checks.</summary>
    public string? ConnectedAt { get; init; }

    /// <summary>When its proxy went away; null while it is there.</summary>
    public string? DisconnectedAt { get; init; }

    /// <summary>The istiod that it is connected to; null when none wrote so.</summary>
    public string? Controller { get; init; }

    /// <summary>Condition Healthy; null when there is none.</summary>
    public bool? Healthy { get; init; }

    /// <summary>What the condition says; null when nothing.</summary>
    public string? Message { get; init; }

    internal static EntryState Of(WorkloadEntryObject entry)
    {
        var healthy = entry.Status?.Conditions?.LastOrDefault(c => c.Type == "Healthy");
        return new()
        {
            ConnectedAt = Annotation("istio.io/connectedAt"),
            DisconnectedAt = Annotation("istio.io/disconnectedAt"),
            Controller = Annotation("istio.io/workloadController"),
            Healthy = healthy is null ? null : healthy.Status == "True",
            Message = string.IsNullOrEmpty(healthy?.Message) ? null : healthy.Message,
        };

        string? Annotation(string name) => entry.Metadata.Annotations?.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }
}
