namespace Embark.Sandbox.Hosts;

/// <summary>A host before it exists.</summary>
/// <param name="Name">Name in the fabric, and its host name.</param>
internal sealed record HostSpec(string Name)
{
    /// <summary>Shell text run as the host's root once its file system stands; the machine's own root is at <c>$old</c> meanwhile.</summary>
    public string Setup { get; init; } = "";

    /// <summary>Variables for <see cref="Setup"/>; never secrets, since anyone on the host can read them.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>True for a host that passes packets on.</summary>
    public bool Forwards { get; init; }
}
