namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>What one stream watches of one type, and what it was sent last.</summary>
internal sealed class WatchedType(string type)
{
    public string Type { get; } = type;

    /// <summary>Names asked for; without meaning for wildcard types.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Marks of what the client has, by name.</summary>
    public Dictionary<string, UInt128> Sent { get; } = new(StringComparer.Ordinal);

    /// <summary>Nonce of the last response; null before the first.</summary>
    public string? Nonce { get; set; }
}
