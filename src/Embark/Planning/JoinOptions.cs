namespace Embark.Planning;

/// <summary>What the user asks for on the command line, for one VM or many.</summary>
public sealed record JoinOptions
{
    /// <summary>Longest token that is asked for (reliability 3.5).</summary>
    public static readonly TimeSpan LongestToken = TimeSpan.FromHours(24);

    /// <summary>Shortest token that the API server grants (TokenRequestSpec.expirationSeconds).</summary>
    public static readonly TimeSpan ShortestToken = TimeSpan.FromMinutes(10);

    /// <summary>Generation of files and commands. Default modern.</summary>
    public Profile Profile { get; init; } = Profile.Modern;

    /// <summary>False: files only, no Docker command (<c>x sidecar-bootstrap</c> without <c>--start-istio-proxy</c>).</summary>
    public bool StartProxy { get; init; } = true;

    /// <summary>Let the proxy bind ports below 1024: it runs as root with that one capability (sidecar-bootstrap 5.5).</summary>
    public bool PrivilegedPorts { get; init; }

    /// <summary>Take over a container of that name that Embark did not make.</summary>
    public bool Adopt { get; init; }

    /// <summary>Go on where a check would stop: no matching Sidecar, no labels, an auto-registered entry.</summary>
    public bool Force { get; init; }

    /// <summary>Reach an IP gateway by <c>{ip}:15012</c> and a server name instead of a hosts alias.</summary>
    public bool NoHostAliases { get; init; }

    /// <summary>Token lifetime; null for 1 h, in the tetrate profile 24 h.</summary>
    public TimeSpan? TokenLifetime { get; init; }

    /// <summary>Memory limit of the container as Docker writes it, such as <c>512m</c>; null for none.</summary>
    public string? Memory { get; init; }

    /// <summary>CPU limit of the container as Docker writes it, such as <c>1.5</c>; null for none.</summary>
    public string? Cpus { get; init; }

    /// <summary>Token lifetime with the profile's default applied.</summary>
    public TimeSpan EffectiveTokenLifetime => TokenLifetime ?? (Profile == Profile.Tetrate ? LongestToken : TimeSpan.FromHours(1));
}
