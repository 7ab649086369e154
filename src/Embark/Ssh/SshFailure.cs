namespace Embark.Ssh;

/// <summary>Why there was no session, as far as ssh's own words tell.</summary>
internal enum SshFailureKind
{
    NameNotFound, NoRoute, Refused, ConnectTimeout, Silent, NotSsh, ClosedEarly, NoCommonAlgorithm,
    UnknownHostKey, ChangedHostKey, RevokedHostKey, HostCertificate,
    TooManyKeys, KeyFileOpen, KeyFileMissing, KeyFileBroken, PasswordOnly, Denied,
    ForwardingForbidden, JumpCannotReach, OldClient, OtherClient, BadConfig,
    Frozen, Cut, ShellEnded, LoginSlow, Unknown,
}

/// <summary>One failed connection.</summary>
/// <param name="Kind">What went wrong.</param>
/// <param name="Detail">The line that says so, or the part of it that matters; safe for a terminal.</param>
/// <param name="Jump">The jump host it happened at; null when it was the target.</param>
internal sealed record SshFailure(SshFailureKind Kind, string Detail, string? Jump)
{
    /// <summary>The server dropped us unheard: another try may be let in.</summary>
    public bool Retryable => Kind == SshFailureKind.ClosedEarly;

    public FailureClass Class => Kind switch
    {
        SshFailureKind.UnknownHostKey or SshFailureKind.ChangedHostKey or SshFailureKind.RevokedHostKey or SshFailureKind.HostCertificate => FailureClass.SshTrust,
        SshFailureKind.TooManyKeys or SshFailureKind.KeyFileOpen or SshFailureKind.KeyFileMissing or SshFailureKind.KeyFileBroken
            or SshFailureKind.PasswordOnly or SshFailureKind.Denied => FailureClass.SshLogin,
        SshFailureKind.OldClient or SshFailureKind.OtherClient or SshFailureKind.BadConfig => FailureClass.Usage,
        SshFailureKind.ShellEnded => FailureClass.VmNotReady,
        _ => FailureClass.SshUnreachable,
    };
}
