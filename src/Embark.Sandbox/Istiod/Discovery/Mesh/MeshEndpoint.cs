namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>One address behind one port of a Service.</summary>
internal sealed record MeshEndpoint
{
    public required string Address { get; init; }

    public required int Port { get; init; }

    /// <summary>The Service's port, by its number there.</summary>
    public required int ServicePort { get; init; }

    public required Workload Workload { get; init; }

    /// <summary>False: known, but gets no traffic (a health check is asked for and has not succeeded).</summary>
    public bool Ready { get; init; } = true;

    /// <summary>True for EndpointSlices, whose health is reported; WorkloadEntries leave it unsaid.</summary>
    public bool HealthKnown { get; init; }

    public uint Weight { get; init; } = 1;
}

/// <summary>What runs at an address: a pod or a WorkloadEntry.</summary>
internal sealed record Workload
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Null or empty: no identity known.</summary>
    public string? ServiceAccount { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public Locality Locality { get; init; } = Locality.Unknown;

    /// <summary>Empty: counts as everybody's own network.</summary>
    public string Network { get; init; } = "";

    /// <summary>True when a proxy that ends mutual TLS is in front of it.</summary>
    public bool SpeaksMutualTls { get; init; }

    /// <summary>Falls back to the app labels, unlike the proxy's own telemetry tags.</summary>
    public string CanonicalName => Labels.First(Mesh.Labels.CanonicalName, "app.kubernetes.io/name", "app") ?? Name;

    public string CanonicalRevision => Labels.First(Mesh.Labels.CanonicalRevision, "app.kubernetes.io/version", "version") ?? "";
}
