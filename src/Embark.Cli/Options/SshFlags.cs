using System.CommandLine;

namespace Embark.Cli.Options;

/// <summary>How VMs are reached. What is not said here is as in the user's ssh configuration.</summary>
internal sealed class SshFlags
{
    private readonly Option<string?> _user = Flag.Text("--ssh-user", "NAME", "user on VMs whose entry names none; else you", "-u");
    private readonly Option<int?> _port = Flag.Number("--ssh-port", 1, 65535, "port on VMs whose entry names none; 22 if not given");
    private readonly Option<string?> _key = Flag.Text("--ssh-key", "FILE", "private key to use, and no other; else what ssh finds by itself", "-k");
    private readonly Option<string?> _config = Flag.Text("--ssh-config", "FILE", "ssh_config to use instead of yours; else EMBARK_SSH_CONFIG");
    private readonly Option<bool> _password = Flag.Switch("--ssh-password", "let ssh ask for a password on the terminal");
    private readonly Option<bool> _ignoreHostKeys = Flag.Switch("--ignore-host-keys", "refused: pin the key instead (embark trust)");
    private readonly Option<TimeSpan?> _connect = Flag.Duration("--ssh-connect-timeout", "limit for connect, banner and key exchange; 10s if not given");
    private readonly Option<TimeSpan?> _timeout = Flag.Duration("--timeout", "limit for the whole run on each VM; what was begun is then finished or undone; none if not given");

    public SshFlags(Command command)
    {
        _ignoreHostKeys.Hidden = true;
        foreach (var option in new Option[] { _user, _port, _key, _config, _password, _ignoreHostKeys, _connect, _timeout }) command.Add(option);
    }

    public SshRequest Read(ParseResult parsed, bool canAsk, bool many, List<string> errors)
    {
        if (parsed.GetValue(_ignoreHostKeys))
            errors.Add("--ignore-host-keys is refused: whoever answers would get the VM's token. Pin the key instead: embark trust NAME");
        var password = parsed.GetValue(_password);
        if (password && !canAsk) errors.Add("--ssh-password needs a terminal to ask on; elsewhere use a key or an agent");
        if (password && many) errors.Add("--ssh-password is for one VM at a time; for many use a key or an agent");
        foreach (var option in new[] { _connect, _timeout })
            if (parsed.GetValue(option) is { } limit && limit <= TimeSpan.Zero) errors.Add($"{option.Name} must be longer than nothing");
        return new SshRequest
        {
            User = parsed.GetValue(_user),
            Port = parsed.GetValue(_port),
            KeyFile = parsed.GetValue(_key),
            ConfigFile = parsed.GetValue(_config) ?? Environment.GetEnvironmentVariable("EMBARK_SSH_CONFIG") switch { "" => null, var file => file },
            AskPassword = password,
            ConnectTimeout = parsed.GetValue(_connect),
            RunTimeout = parsed.GetValue(_timeout),
        };
    }
}
