namespace Embark.Sandbox;

/// <summary>The sandbox cannot do what was asked, and how to mend it.</summary>
internal sealed class SandboxException(string message, string? fix = null, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The next thing to do; null when the message says it all.</summary>
    public string? Fix { get; } = fix;

    /// <summary>True when only hosts are out of reach here; the API server and dry runs are not.</summary>
    public bool HostsOnly { get; init; }
}
