namespace Embark.Kubernetes;

/// <summary>Limits of a client. The defaults suit a command line; all times are real time unless <see cref="Time"/> says otherwise.</summary>
public sealed record KubernetesClientOptions
{
    /// <summary>The defaults.</summary>
    public static KubernetesClientOptions Default { get; } = new();

    /// <summary>Longest time for one call, its retries and the whole answer. Default 30 s. A page of a list is a call; a watch is none.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time within which a failed call may be tried again. Default 10 s; a longer <c>Retry-After</c> ends the call at once.</summary>
    public TimeSpan RetryBudget { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>First pause between tries; it doubles each time, up to 5 s, each pause drawn at random from its upper half. Default 0.25 s.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest silence of a watch before it is taken for dead and resumed. Default 60 s.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First pause before a broken watch is resumed; doubles up to 30 s. Default 0.8 s, as client-go's reflector.</summary>
    public TimeSpan WatchPause { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>Largest answer taken, in bytes after decompression. Default 256 MiB; a larger one is not a Kubernetes API answer.</summary>
    public int MaxAnswerBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Time an exec credential plugin may take before it is killed with its children. Default 30 s.</summary>
    public TimeSpan PluginTimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True when a plugin may ask the user on the terminal. Default false.</summary>
    public bool Interactive { get; init; }

    /// <summary>
    /// True when nothing else in this process needs the system's trust store: where the connection brings a CA of its own, the
    /// store is then never read, which saves some 0.1 s of CPU at the start. Default false. It lasts as long as the process.
    /// </summary>
    public bool OwnTrustOnly { get; init; }

    /// <summary>Sent as User-Agent; its part before the slash is the field manager that the server notes. Default <c>embark</c>.</summary>
    public string UserAgent { get; init; } = "embark";

    /// <summary>Told of each answer: method, path, status and time; never headers or bodies, which may hold secrets. Null for nobody. It may be called by many tasks at once.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
