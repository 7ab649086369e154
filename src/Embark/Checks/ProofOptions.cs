namespace Embark.Checks;

/// <summary>How much is proved, and how long it may take.</summary>
public sealed record ProofOptions
{
    /// <summary>URL of a workload in the mesh whose answer needs the VM; null: the VM's own counters are watched, and what is not seen is not proved.</summary>
    public Uri? From { get; init; }

    /// <summary>True: what could not be proved counts as failed.</summary>
    public bool RequireProof { get; init; }

    /// <summary>How long a proxy may take until everything is right. Default 15 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a cause must stay until it is believed: a proxy that starts has some that pass. Default 4 s.</summary>
    public TimeSpan Conviction { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long everything must stay right, with nothing rejected. Default none; after a delivery 3 s (decision 15), with <c>verify --watch</c> as long as asked for.</summary>
    public TimeSpan Calm { get; init; } = TimeSpan.Zero;

    /// <summary>How long the VM's counters are watched where there is no <see cref="From"/>. Default 4 s.</summary>
    public TimeSpan CounterWatch { get; init; } = TimeSpan.FromSeconds(4);
}
