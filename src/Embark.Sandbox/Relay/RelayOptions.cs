namespace Embark.Sandbox.Relay;

/// <summary>How a relay treats the bytes that pass.</summary>
internal sealed record RelayOptions
{
    /// <summary>Delay each byte suffers each way; the round trip is twice this. The TCP handshake costs one round trip, as on a real link.</summary>
    public TimeSpan OneWay { get; init; }

    /// <summary>Cut the connection once this many bytes have gone from client to server; null for never.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Stop passing anything, without closing, once this many bytes have gone from client to server; null for never.</summary>
    public long? FreezeAfter { get; init; }

    /// <summary>Bytes a second each way; null for no limit.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>Share of connections, 0 to 1, that are cut after a random number of bytes below <see cref="ChanceBytes"/>.</summary>
    public double CutChance { get; init; }

    /// <summary>See <see cref="CutChance"/>; 8,000 lies behind an SSH login.</summary>
    public int ChanceBytes { get; init; } = 8_000;

    /// <summary>Seed of everything random.</summary>
    public int Seed { get; init; } = 1;
}
