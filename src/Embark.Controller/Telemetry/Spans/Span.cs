namespace Embark.Controller.Telemetry.Spans;

/// <summary>One span of a proxy, with what a graph needs of it.</summary>
internal sealed record Span
{
    public required string TraceId { get; init; }

    public required string Id { get; init; }

    /// <summary>Empty at the root of a trace.</summary>
    public string ParentId { get; init; } = "";

    /// <summary>True for the calling side.</summary>
    public required bool IsClient { get; init; }

    public TimeSpan? Duration { get; init; }

    /// <summary>Namespace and name of the proxy's pod or WorkloadEntry, as its node id says; empty when it does not.</summary>
    public string Proxy { get; init; } = "";

    /// <summary>The workload that sent it.</summary>
    public required Workload Workload { get; init; }

    /// <summary>Name of the cluster; empty when none was found.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Address of the peer; empty when it is not told.</summary>
    public string Peer { get; init; } = "";

    public bool Failed { get; init; }

    public bool IsProbe { get; init; }
}
