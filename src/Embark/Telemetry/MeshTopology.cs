namespace Embark.Telemetry;

/// <summary>Who calls whom in the mesh, as proxies told it during the last part of the window.</summary>
public sealed record MeshTopology
{
    /// <summary>Always <c>embark/v1</c>.</summary>
    public string ApiVersion { get; init; } = "embark/v1";

    /// <summary>Always <c>Topology</c>.</summary>
    public string Kind { get; init; } = "Topology";

    /// <summary>When it was computed, by the controller's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Seconds that rates are averaged over: what was asked for, or less where less was kept.</summary>
    public required double Seconds { get; init; }

    /// <summary>Services in the order of their names.</summary>
    public required IReadOnlyList<TopologyService> Services { get; init; }

    /// <summary>Calls in the order of their ends.</summary>
    public required IReadOnlyList<TopologyCall> Calls { get; init; }
}

/// <summary>One service: an application in a namespace. Its part on VMs is a service of its own.</summary>
public sealed record TopologyService
{
    /// <summary>Names it in <see cref="TopologyCall"/>: <c>app.namespace</c>, with <c>@vm</c> behind it on VMs.</summary>
    public required string Id { get; init; }

    /// <summary>Namespace; empty for what is outside of the mesh.</summary>
    public required string Namespace { get; init; }

    /// <summary>Label <c>app</c>, else the canonical name, else the workload's name.</summary>
    public required string App { get; init; }

    /// <summary>True when it runs on VMs.</summary>
    public required bool Vm { get; init; }

    /// <summary>True for callers without a proxy and for destinations that no Service names.</summary>
    public bool Outside { get; init; }

    /// <summary>Values of the label <c>version</c> that were seen, sorted.</summary>
    public required IReadOnlyList<string> Versions { get; init; }

    /// <summary>What it was asked.</summary>
    public required Traffic Inbound { get; init; }
}

/// <summary>Calls of one service to another.</summary>
public sealed record TopologyCall
{
    /// <summary>Id of the caller.</summary>
    public required string From { get; init; }

    /// <summary>Id of the service that was called.</summary>
    public required string To { get; init; }

    /// <summary>How much, how well, how fast.</summary>
    public required Traffic Traffic { get; init; }

    /// <summary>Whether mutual TLS protected them: <c>all</c>, <c>some</c>, <c>none</c>, or <c>unknown</c> while the called side said nothing.</summary>
    public required string MutualTls { get; init; }

    /// <summary>Whose words these are: <c>caller</c> or <c>callee</c> (access logs), <c>traces</c> (a sample: rates are lower than the truth).</summary>
    public required string Seen { get; init; }
}
