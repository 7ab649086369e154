using System.CommandLine;
using Embark.Planning;

namespace Embark.Cli.Options;

/// <summary>What shall be on the VM, where the user has a say.</summary>
internal sealed class PlanFlags
{
    private static readonly Dictionary<string, Profile> Profiles = new() { ["modern"] = Profile.Modern, ["tetrate"] = Profile.Tetrate };

    private readonly Option<Profile?> _profile = Flag.Choice("--profile", "files and commands for Istio 1.28 and later (modern), or as in the original guide", Profiles);
    private readonly Option<bool> _start = Flag.Switch("--start-istio-proxy", "after copying, start the proxy");
    private readonly Option<bool> _privileged = Flag.Switch("--privileged-ports", "let the proxy bind ports below 1024");
    private readonly Option<bool> _adopt = Flag.Switch("--adopt", "take over a container of that name that Embark did not make");
    private readonly Option<bool> _force = Flag.Switch("--force", "go on where a check of the entry would stop");
    private readonly Option<bool> _noAliases = Flag.Switch("--no-host-aliases", "reach the gateway by its address and a server name, not by a hosts alias");
    private readonly Option<TimeSpan?> _token;
    private readonly Option<string?> _memory = Flag.Text("--memory", "SIZE", "memory limit of the container, such as 512m");
    private readonly Option<string?> _cpus = Flag.Text("--cpus", "N", "CPU limit of the container, such as 1.5");
    private readonly bool _startIsAsked;

    public PlanFlags(Command command, bool original)
    {
        _startIsAsked = original;
        _token = original
            ? Flag.Duration("--duration", "lifetime of the token, 10m to 24h; 1h if not given", "--token-ttl")
            : Flag.Duration("--token-ttl", "lifetime of the token, 10m to 24h; 1h if not given", "--duration");
        if (original) command.Add(_start);
        foreach (var option in new Option[] { _profile, _privileged, _adopt, _force, _noAliases, _token, _memory, _cpus }) command.Add(option);
    }

    public JoinOptions Read(ParseResult parsed, List<string> errors)
    {
        var lifetime = parsed.GetValue(_token);
        if (lifetime is { } asked && (asked < JoinOptions.ShortestToken || asked > JoinOptions.LongestToken))
            errors.Add($"{_token.Name} must be from 10m to 24h");
        return new JoinOptions
        {
            Profile = parsed.GetValue(_profile) ?? Profile.Modern,
            StartProxy = !_startIsAsked || parsed.GetValue(_start),
            PrivilegedPorts = parsed.GetValue(_privileged),
            Adopt = parsed.GetValue(_adopt),
            Force = parsed.GetValue(_force),
            NoHostAliases = parsed.GetValue(_noAliases),
            TokenLifetime = lifetime,
            Memory = parsed.GetValue(_memory),
            Cpus = parsed.GetValue(_cpus),
        };
    }
}
