namespace Embark.Telemetry;

/// <summary>Figures of one service: in all, by workload and version, by neighbour, and over time.</summary>
public sealed record ServiceMetrics
{
    /// <summary>Always <c>embark/v1</c>.</summary>
    public string ApiVersion { get; init; } = "embark/v1";

    /// <summary>Always <c>Metrics</c>.</summary>
    public string Kind { get; init; } = "Metrics";

    /// <summary>When it was computed, by the controller's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Seconds that rates are averaged over.</summary>
    public required double Seconds { get; init; }

    /// <summary>The service.</summary>
    public required TopologyService Service { get; init; }

    /// <summary>What it was asked, by workload and version.</summary>
    public required IReadOnlyList<WorkloadTraffic> Workloads { get; init; }

    /// <summary>Who calls it.</summary>
    public required IReadOnlyList<TopologyCall> Callers { get; init; }

    /// <summary>Whom it calls.</summary>
    public required IReadOnlyList<TopologyCall> Calls { get; init; }

    /// <summary>What it was asked over the whole window, oldest first.</summary>
    public required IReadOnlyList<MetricPoint> Points { get; init; }
}

/// <summary>Traffic of one workload.</summary>
/// <param name="Workload">Name of the workload; empty where only the service is known.</param>
/// <param name="Version">Label <c>version</c>; empty without one.</param>
/// <param name="Vm">True on a VM.</param>
/// <param name="Inbound">What it was asked.</param>
public sealed record WorkloadTraffic(string Workload, string Version, bool Vm, Traffic Inbound);

/// <summary>Traffic of one stretch of time.</summary>
/// <param name="Time">Its beginning.</param>
/// <param name="Seconds">Its length.</param>
/// <param name="Inbound">What the service was asked.</param>
public sealed record MetricPoint(DateTimeOffset Time, double Seconds, Traffic Inbound);
