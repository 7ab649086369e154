using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Embark.Ssh;

/// <summary>The words of every ssh call (reference: reliability 3.3). Pure.</summary>
internal static partial class SshArguments
{
    /// <summary>Options a client before OpenSSH 8.7 does not know, and does not need.</summary>
    private static readonly string[] Since87 = ["SessionType=default", "StdinNull=no", "ForkAfterAuthentication=no"];

    // First the options that were asked for, then those that undo what a user's ssh_config may hold for interactive work:
    // on the command line they win, since ssh takes the first value it sees (ssh_config.5).
    public static IReadOnlyList<string> For(SshTarget target, SshOptions options, string? knownHosts, bool newClient, params IReadOnlyList<string> command)
    {
        var words = new List<string>();
        if (options.ConfigFile is not null)
            words.AddRange(["-F", options.ConfigFile]);
        words.Add("-T");
        if (options.KeyFile is not null)
            words.AddRange(["-i", options.KeyFile, "-o", "IdentitiesOnly=yes"]);
        foreach (var option in Options(options, knownHosts).Concat(newClient ? Since87 : []))
            words.AddRange(["-o", option]);
        words.AddRange(["-l", target.User, "-p", target.Port.ToString(CultureInfo.InvariantCulture), "--", target.Host]);
        words.AddRange(command);
        return words;
    }

    private static IEnumerable<string> Options(SshOptions options, string? knownHosts) =>
    [
        options.AskPassword ? "BatchMode=no" : "BatchMode=yes",
        .. options.AskPassword ? ["NumberOfPasswordPrompts=1"] : Array.Empty<string>(),
        $"ConnectTimeout={Seconds(options.ConnectTimeout)}",
        "ConnectionAttempts=1",
        $"ServerAliveInterval={Seconds(options.AliveInterval)}",
        "ServerAliveCountMax=3",
        "StrictHostKeyChecking=yes",
        .. knownHosts is null ? Array.Empty<string>() : [$"UserKnownHostsFile={knownHosts}"],
        "UpdateHostKeys=no",
        "VerifyHostKeyDNS=no",   // a name chosen in the cluster could vouch for itself
        "NoHostAuthenticationForLocalhost=no",
        "CheckHostIP=no",
        "ForwardAgent=no",
        "ForwardX11=no",
        "ClearAllForwardings=yes",
        "Tunnel=no",
        "ControlMaster=no",
        "ControlPath=none",
        "PermitLocalCommand=no",
        "RemoteCommand=none",
        "RequestTTY=no",
        "EscapeChar=none",
        "LogLevel=DEBUG1",       // says which step failed, and shows the fingerprint of a key that was not accepted
    ];

    /// <summary>One path as a word of an ssh_config value: quoted, percent signs doubled.</summary>
    public static string Path(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";

    /// <summary>What is wrong with a target, whatever was checked before; nothing when it may become words of a command.</summary>
    public static IReadOnlyList<Problem> Check(SshTarget target)
    {
        var problems = new List<Problem>();
        if (!Name().IsMatch(target.Host) && !IPAddress.TryParse(target.Host, out _))
            problems.Add(new("ssh host", $"'{RemoteText.Printable(target.Host)}' is no host name and no IP address", "give a name of letters, digits, dots, dashes and underscores, or an IP address"));
        if (!Name().IsMatch(target.User))
            problems.Add(new("ssh user", $"'{RemoteText.Printable(target.User)}' is no login name", "give a name of letters, digits, dots, dashes and underscores"));
        if (target.Port is < 1 or > 65535)
            problems.Add(new("ssh port", $"{target.Port} is no port", "give a number from 1 to 65535"));
        return problems;
    }

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));

    // git's rule for host names given to ssh (connect.c): a leading dash would be an option.
    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9._-]{0,252}\z")]
    private static partial Regex Name();
}
