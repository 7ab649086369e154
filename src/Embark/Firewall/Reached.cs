namespace Embark.Firewall;

/// <summary>How an attempt to connect ended.</summary>
internal enum Reached
{
    /// <summary>Connected.</summary>
    Open,

    /// <summary>Somebody said no: the machine without a listener there, or a firewall that rejects.</summary>
    Refused,

    /// <summary>No answer, or no way there.</summary>
    Silent,

    /// <summary>Nothing to try it with.</summary>
    Unknown,
}
