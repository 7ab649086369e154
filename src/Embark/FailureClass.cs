namespace Embark;

/// <summary>Class of an outcome; the number is the exit code of the command line.</summary>
public enum FailureClass
{
    /// <summary>Done.</summary>
    None = 0,

    /// <summary>A fault of our own.</summary>
    Internal = 1,

    /// <summary>Wrong usage of the command line.</summary>
    Usage = 2,

    /// <summary>Cluster credentials or rights.</summary>
    ClusterAccess = 3,

    /// <summary>The cluster's API is down.</summary>
    ClusterUnavailable = 4,

    /// <summary>Bad input, refused.</summary>
    BadInput = 5,

    /// <summary>The VM cannot be reached by SSH.</summary>
    SshUnreachable = 6,

    /// <summary>The VM's host key is not trusted.</summary>
    SshTrust = 7,

    /// <summary>The VM refused the login.</summary>
    SshLogin = 8,

    /// <summary>The VM is not ready for it (preflight).</summary>
    VmNotReady = 9,

    /// <summary>Applying failed and was rolled back.</summary>
    ApplyFailed = 10,

    /// <summary>Applied, but the VM did not join.</summary>
    NotJoined = 11,

    /// <summary>Another run holds the VM's lock.</summary>
    Locked = 12,

    /// <summary>Part of a fleet failed.</summary>
    PartOfFleetFailed = 20,

    /// <summary>Interrupted by the user.</summary>
    Interrupted = 130,
}
