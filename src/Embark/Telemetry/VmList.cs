namespace Embark.Telemetry;

/// <summary>The VMs of the mesh.</summary>
public sealed record VmList
{
    /// <summary>Always <c>embark/v1</c>.</summary>
    public string ApiVersion { get; init; } = "embark/v1";

    /// <summary>Always <c>VmList</c>.</summary>
    public string Kind { get; init; } = "VmList";

    /// <summary>In the order of namespace and name.</summary>
    public required IReadOnlyList<VmState> Items { get; init; }
}

/// <summary>One VM as its WorkloadEntry and the certificate of its proxy show it.</summary>
public sealed record VmState
{
    /// <summary>Namespace of the WorkloadEntry.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the WorkloadEntry.</summary>
    public required string Name { get; init; }

    /// <summary>spec.address; empty without one.</summary>
    public required string Address { get; init; }

    /// <summary>Label <c>app</c>; empty without one.</summary>
    public required string App { get; init; }

    /// <summary>Label <c>version</c>; empty without one.</summary>
    public required string Version { get; init; }

    /// <summary><c>healthy</c>, <c>unhealthy</c>, <c>connected</c>, <c>disconnected</c>, or <c>unknown</c> for a VM of which istiod keeps no record.</summary>
    public required string State { get; init; }

    /// <summary>When it connected or disconnected, as istiod wrote it; null without a record.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What istiod says of its health; null for nothing.</summary>
    public string? Message { get; init; }

    /// <summary>Seconds since its proxy last sent an access log or a span; null for never.</summary>
    public double? LastSeenSeconds { get; init; }

    /// <summary>End of the certificate its proxy shows; null where it could not be read.</summary>
    public DateTimeOffset? CertificateEnds { get; init; }

    /// <summary>Days until then, with fractions; negative when it has passed.</summary>
    public double? CertificateDaysLeft { get; init; }
}
