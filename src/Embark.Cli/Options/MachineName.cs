using System.Globalization;

namespace Embark.Cli.Options;

/// <summary><c>user@host[:port]</c>, as ssh and scp write it; IPv6 in brackets where a port follows.</summary>
internal static class MachineName
{
    /// <summary>Null where nothing was named, which is an error unless it is not needed.</summary>
    public static SshTarget? Read(string? text, SshRequest ssh, bool optional, List<string> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            if (!optional) errors.Add("prepare command requires a user@host argument");
            return null;
        }
        var at = text.LastIndexOf('@');
        var user = at >= 0 ? text[..at] : ssh.User ?? Environment.UserName;
        var (host, port) = Split(text[(at + 1)..]);
        var number = ssh.Port ?? 22;
        if (port is not null && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is >= 1 and <= 65535)) errors.Add($"\"{text}\": \"{port}\" is no port");
        var target = new SshTarget(user, host, number);
        if (user.Length == 0 || host.Length == 0) errors.Add($"\"{text}\" is no user@host");
        else errors.AddRange(target.Problems().Select(UsageErrors.Line));
        return target;
    }

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
            return (text[1..end], text.Length > end + 1 && text[end + 1] == ':' ? text[(end + 2)..] : null);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || colon != text.LastIndexOf(':') ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }
}
