using System.Text.RegularExpressions;
using Kind = Embark.Ssh.SshFailureKind;

namespace Embark.Ssh;

/// <summary>Reads the cause of a failed connection from what ssh said at LogLevel DEBUG1. Pure. The words are those of OpenSSH 8 to 10.</summary>
internal static partial class SshFailureReader
{
    // In this order: the first that is found anywhere is the cause; what follows it is a consequence.
    private static readonly (string Fragment, Kind Kind)[] Causes =
    [
        ("Bad configuration option: ", Kind.BadConfig),
        ("unknown option -- ", Kind.OldClient),
        ("illegal option -- ", Kind.OldClient),
        ("Unsupported option \"", Kind.BadConfig),
        ("terminating, ", Kind.BadConfig),
        ("Bad owner or permissions on ", Kind.BadConfig),
        ("Can't open user config file ", Kind.BadConfig),
        ("Could not resolve hostname", Kind.NameNotFound),
        ("WARNING: REVOKED HOST KEY DETECTED", Kind.RevokedHostKey),
        ("is marked as revoked", Kind.RevokedHostKey),
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", Kind.ChangedHostKey),
        ("Certificate invalid: ", Kind.HostCertificate),
        ("host key is known for", Kind.UnknownHostKey),
        ("Host key verification failed", Kind.UnknownHostKey),
        ("no matching host key type found", Kind.NoCommonAlgorithm),
        ("no matching key exchange method found", Kind.NoCommonAlgorithm),
        ("no matching cipher found", Kind.NoCommonAlgorithm),
        ("no matching MAC found", Kind.NoCommonAlgorithm),
        ("open failed: administratively prohibited", Kind.ForwardingForbidden),
        ("open failed: connect failed", Kind.JumpCannotReach),
        ("open failed: ", Kind.JumpCannotReach),
        ("Too many authentication failures", Kind.TooManyKeys),
        ("No route to host", Kind.NoRoute),
        ("Network is unreachable", Kind.NoRoute),
        ("Connection refused", Kind.Refused),
        ("timed out during banner exchange", Kind.Silent),
        ("banner line contains invalid characters", Kind.NotSsh),
        ("banner line 0: HTTP/", Kind.NotSsh),
        ("banner line 0: <", Kind.NotSsh),
        ("No banner received", Kind.NotSsh),
        ("Protocol major versions differ", Kind.NotSsh),
        ("Bad remote protocol version identification", Kind.NotSsh),
        ("Connection timed out", Kind.ConnectTimeout),
        ("Operation timed out", Kind.ConnectTimeout),
        ("not responding", Kind.Frozen),
        ("are too open", Kind.KeyFileOpen),
        ("Permission denied", Kind.Denied),
        ("No more authentication methods", Kind.Denied),
        ("kex_exchange_identification: ", Kind.ClosedEarly),
    ];

    public static SshFailure Read(IReadOnlyList<string> lines, int exitCode)
    {
        var jump = Jump(lines);
        var heard = lines.Any(line => line.Contains("Remote protocol version", StringComparison.Ordinal));
        var where = heard ? null : jump;
        foreach (var (fragment, kind) in Causes)
            if (lines.FirstOrDefault(line => line.Contains(fragment, StringComparison.Ordinal)) is { } line && Refine(kind, line, lines) is { } refined)
                return new(refined, Detail(line), refined is Kind.ForwardingForbidden or Kind.JumpCannotReach ? jump : where);

        if (!lines.Any(line => line.StartsWith("debug1: ", StringComparison.Ordinal)))
            return new(Kind.OtherClient, LastWords(lines), null);
        if (lines.Any(line => line.Contains("rtype exit-", StringComparison.Ordinal)))
            return new(Kind.ShellEnded, LastWords(lines), null);
        var closed = lines.LastOrDefault(line => line.Contains("Connection closed by", StringComparison.Ordinal) || line.Contains("Connection reset by", StringComparison.Ordinal)
            || line.Contains("Broken pipe", StringComparison.Ordinal) || line.Contains("closed by remote host", StringComparison.Ordinal));
        if (closed is not null)
            return new(heard ? Kind.Cut : Kind.ClosedEarly, RemoteText.Tail(closed, 300), where);
        return new(Kind.Unknown, exitCode == 255 ? LastWords(lines) : $"ssh ended with status {exitCode}. {LastWords(lines)}".Trim(), where);
    }

    /// <summary>The option an old client did not know, if that is why it failed.</summary>
    public static string? UnknownOption(IReadOnlyList<string> lines) =>
        lines.Select(line => CommandLineOption().Match(line)).FirstOrDefault(match => match.Success)?.Groups[1].Value;

    /// <summary>Type and fingerprint of the host key the target showed, or null when it came not so far.</summary>
    public static (string Type, string Fingerprint)? ServerKey(IReadOnlyList<string> lines) =>
        lines.Select(line => ServerHostKey().Match(line)).FirstOrDefault(match => match.Success) is { } found ? (found.Groups[1].Value, found.Groups[2].Value) : null;

    /// <summary>Private key files that ssh wanted to use.</summary>
    public static IReadOnlyList<string> KeyFiles(IReadOnlyList<string> lines) =>
        [.. lines.Select(line => KeyFile().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).Distinct().Take(8)];

    private static Kind? Refine(Kind kind, string line, IReadOnlyList<string> lines) => kind switch
    {
        Kind.BadConfig when CommandLineOption().IsMatch(line) => Kind.OldClient,
        // A banner or the text before it can hold any words; ssh's own lines about the login come after its last attempt.
        Kind.KeyFileOpen when !lines.Any(other => other.Contains("Permission denied", StringComparison.Ordinal)) => null,
        Kind.Denied when PasswordMethods().Match(line) is { Success: true } => Kind.PasswordOnly,
        Kind.Denied when lines.Any(other => other.Contains("no such identity: ", StringComparison.Ordinal)) && !Offered(lines) => Kind.KeyFileMissing,
        Kind.Denied when lines.Any(other => other.Contains("Load key ", StringComparison.Ordinal) && other.Contains("invalid format", StringComparison.Ordinal)) && !Offered(lines) => Kind.KeyFileBroken,
        _ => kind,
    };

    private static bool Offered(IReadOnlyList<string> lines) => lines.Any(line => line.Contains("Offering public key", StringComparison.Ordinal));

    // "Setting implicit ProxyCommand from ProxyJump: ssh … -W '[%h]:%p' jump" names it; a ProxyCommand of the user's own is shown as it is.
    private static string? Jump(IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            if (ImplicitJump().Match(line) is { Success: true } implicitly)
                return RemoteText.Tail(implicitly.Groups[1].Value, 200);
            if (line.Contains("Executing proxy command: ", StringComparison.Ordinal))
                return RemoteText.Tail(line[(line.IndexOf("command: ", StringComparison.Ordinal) + 9)..], 200);
        }
        return null;
    }

    private static string Detail(string line) =>
        RemoteText.Tail(line.StartsWith("debug1: ", StringComparison.Ordinal) ? line["debug1: ".Length..] : line, 300);

    private static string LastWords(IReadOnlyList<string> lines) =>
        RemoteText.Tail(string.Join('\n', lines.Where(line => !SshLog.IsOwn(line)).TakeLast(3)), 300);

    [GeneratedRegex(@"command.line.*: Bad configuration option: (\S+)|command.line.*: (?:keyword \S+ extra|unsupported|Unsupported).*")]
    private static partial Regex CommandLineOption();

    [GeneratedRegex(@"^debug1: Server host key: (\S+) (SHA256:\S+)")]
    private static partial Regex ServerHostKey();

    [GeneratedRegex(@"^debug1: (?:Trying private key|Server accepts key|Will attempt key): (\S+)")]
    private static partial Regex KeyFile();

    [GeneratedRegex(@"Permission denied \((?:password|keyboard-interactive|,)+\)")]
    private static partial Regex PasswordMethods();

    [GeneratedRegex(@"Setting implicit ProxyCommand from ProxyJump: .* -W '\[%h\]:%p' (\S+)")]
    private static partial Regex ImplicitJump();
}
