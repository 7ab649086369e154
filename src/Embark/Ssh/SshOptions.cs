namespace Embark.Ssh;

/// <summary>How the system's OpenSSH client is called. What is not set here is as in the user's ssh_config.</summary>
public sealed record SshOptions
{
    /// <summary>ssh_config to use instead of the user's (<c>ssh -F</c>); null for ssh's own choice.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>Private key to use, and no other; null for agent, ssh_config and the usual files.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Limit for TCP connect, banner and key exchange together, in whole seconds; 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True: ssh may ask on the terminal (password, passphrase). Only where there is a terminal, for one VM at a time.</summary>
    public bool AskPassword { get; init; }

    /// <summary>Asks the user whether a host key is the right one; null where there is no terminal or more than one VM: then an unknown key stops.</summary>
    public Func<HostKey, CancellationToken, Task<bool>>? ConfirmHostKey { get; init; }

    /// <summary>Embark's own known_hosts, read beside the user's; pinned keys go there.</summary>
    public string KnownHostsFile { get; init; } = KnownHosts.DefaultPath();

    /// <summary>Who holds the VM's lock, as another run shall read it.</summary>
    public string Holder { get; init; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>How long to wait for the VM's lock; 1 s, enough for a run that is just ending.</summary>
    public TimeSpan LockWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The OpenSSH client: a name looked up in PATH, or a path.</summary>
    public string Client { get; init; } = "ssh";

    /// <summary>
    /// Interval of ServerAlive questions, in whole seconds; the fourth without an answer ends the session. 11 s: a frozen link is noticed
    /// after 44 s, as 15 s would take 60 s (ssh gives up when *more* than ServerAliveCountMax questions are open; clientloop.c).
    /// </summary>
    public TimeSpan AliveInterval { get; init; } = TimeSpan.FromSeconds(11);

    /// <summary>Limits how many connections are made at once; shared by the sessions of a fleet.</summary>
    public StartGate Gate { get; init; } = new();

    /// <summary>Told what ssh itself says, and which of our scripts begin and end; never what is in them, nor what they answer. Null for nobody. It may be called by many tasks at once.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>Variables for the ssh process beside our own; null removes one.</summary>
    internal IReadOnlyDictionary<string, string?> Variables { get; init; } = new Dictionary<string, string?>();

    /// <summary>Ticks of <see cref="LeaseTick"/> without a sign of life after which the VM frees the lock of an idle session.</summary>
    internal int LeaseTicks { get; init; } = 9;

    /// <summary>See <see cref="LeaseTicks"/>: 9 × 5 s and the first look make at most 55 s.</summary>
    internal TimeSpan LeaseTick { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an idle session gives a sign of life.</summary>
    internal TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(15);
}
