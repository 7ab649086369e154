using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Embark.Mesh;

/// <summary>
/// One grammar per kind of value, all in this place. Values of the cluster and of the VM are hostile until one of these has accepted
/// them; what passes holds no blank, quote, control character or shell metacharacter, and starts with no dash.
/// </summary>
internal static partial class Grammar
{
    /// <summary>Cap of an annotation value, in characters (sidecar-bootstrap 4).</summary>
    public const int AnnotationCap = 4 * 1024;

    /// <summary>Cap of <c>proxy.istio.io/config</c>, in characters.</summary>
    public const int ProxyConfigCap = 32 * 1024;

    /// <summary>Cap of a line of the environment file, in bytes; docker itself gives up at 64 KiB (sidecar-bootstrap 5.2).</summary>
    public const int EnvironmentLineCap = 32 * 1024;

    /// <summary>Cap of a file and of a ConfigMap's value, in bytes.</summary>
    public const int FileCap = 1024 * 1024;

    private static readonly HashSet<string> SystemDirectories =
        ["/etc", "/usr", "/var", "/home", "/root", "/tmp", "/bin", "/sbin", "/lib", "/lib64", "/boot", "/dev", "/proc", "/sys", "/run", "/opt", "/srv", "/mnt", "/media", "/var/lib", "/var/run", "/var/tmp", "/usr/local", "/usr/bin", "/usr/sbin", "/usr/lib"];

    public static FieldGrammar DnsName { get; } = new("a DNS name (RFC 1123)", IsDnsName);

    public static FieldGrammar DnsLabel { get; } = new("a DNS label of at most 63 lower-case characters", v => v.Length <= 63 && DnsLabelPattern().IsMatch(v));

    public static FieldGrammar ObjectName { get; } =
        new("a Kubernetes object name (lower case, digits, '-', '.', at most 253)", v => v.Length <= 253 && ObjectNamePattern().IsMatch(v));

    public static FieldGrammar SshHost { get; } =
        new("an IP address or a host name of letters, digits, '.', '_', '-' that starts with no dash", v => SshHostPattern().IsMatch(v) || IsIp(v));

    public static FieldGrammar Port { get; } =
        new("a port number from 1 to 65535", v => PortPattern().IsMatch(v) && int.Parse(v, CultureInfo.InvariantCulture) is >= 1 and <= 65535);

    public static FieldGrammar PortBase { get; } =
        new("a port number from 1024 to 65000 that is a multiple of 100", v => PortPattern().IsMatch(v) && int.Parse(v, CultureInfo.InvariantCulture) is >= 1024 and <= 65000 and var basis && basis % 100 == 0);

    public static FieldGrammar SshUser { get; } =
        new("a user name (lower-case letter or '_', then lower case, digits, '_', '.', '-', at most 32)", v => SshUserPattern().IsMatch(v));

    /// <summary>Upper case as well: allowed where the operator's policy lists the user.</summary>
    public static FieldGrammar SshUserOfPolicy { get; } =
        new("a user name (letter or '_', then letters, digits, '_', '.', '-', at most 32)", v => SshUserOfPolicyPattern().IsMatch(v));

    public static FieldGrammar Directory { get; } = new(
        "an absolute, normalised path of 1 to 16 parts of letters, digits, '.', '_', '-', and not /etc, /usr, /var, /home, /root, /tmp or the like itself",
        v => v.Length <= 1024 && DirectoryPattern().IsMatch(v) && !v.Split('/').Any(p => p is "." or "..") && !SystemDirectories.Contains(v));

    public static FieldGrammar ContainerName { get; } =
        new("a container name of letters, digits, '_', '.', '-', at most 63, that starts with a letter or digit", v => ContainerNamePattern().IsMatch(v));

    public static FieldGrammar Repository { get; } =
        new("an image repository such as docker.io/istio (lower case, no tag)", v => v.Length <= 255 && RepositoryPattern().IsMatch(v));

    public static FieldGrammar ImageName { get; } =
        new("an image name such as proxyv2", v => v.Length <= 128 && ImageNamePattern().IsMatch(v));

    public static FieldGrammar ImageReference { get; } =
        new("a complete image reference with a tag or a digest, such as docker.io/istio/proxyv2:1.30.3", v => v.Length <= 512 && ImageReferencePattern().IsMatch(v));

    public static FieldGrammar ImageTag { get; } = new("an image tag (letters, digits, '_', '.', '-', at most 128)", v => ImageTagPattern().IsMatch(v));

    public static FieldGrammar LogLevel { get; } =
        new("one of trace, debug, info, warning, error, critical, off", IsLogLevel);

    public static FieldGrammar ComponentLogLevel { get; } =
        new("a list such as misc:error,http:debug", v => v.Split(',').All(p => p.Split(':') is [var name, var level] && ComponentPattern().IsMatch(name) && IsLogLevel(level)));

    public static FieldGrammar AgentLogLevel { get; } =
        new("a list such as default:info,xdsproxy:debug (levels debug, info, warn, error, fatal, none)", v => AgentLogLevelPattern().IsMatch(v));

    public static FieldGrammar InterceptionMode { get; } = new("exactly NONE, REDIRECT or TPROXY", v => v is "NONE" or "REDIRECT" or "TPROXY");

    public static FieldGrammar Boolean { get; } = new("\"true\" or \"false\"", v => v is "true" or "false");

    public static FieldGrammar InstanceIp { get; } = new(
        "an IP address without zone, mask or port that a machine can bind: not unspecified, multicast or loopback",
        v => ParseIp(v) is { } ip && !IsUnspecified(ip) && !IsMulticast(ip) && !IPAddress.IsLoopback(ip));

    public static FieldGrammar Network { get; } =
        new("a network name (letters, digits, '-', '_', '.', at most 63, first and last a letter or digit)", v => v.Length <= 63 && LabelValuePattern().IsMatch(v));

    public static FieldGrammar TrustDomain { get; } = new("a trust domain (lower-case letters, digits, '.', '-', '_')", v => v.Length <= 255 && TrustDomainPattern().IsMatch(v));

    public static FieldGrammar Identifier { get; } =
        new("letters, digits, '.', '_', '-', ':', '/', at most 253", v => v.Length <= 253 && IdentifierPattern().IsMatch(v));

    public static FieldGrammar Revision { get; } = new("a revision name (a DNS label)", v => DnsLabel.Accepts(v));

    public static FieldGrammar Address { get; } = new("host:port", v => Planning.HostAndPort.Parse(v) is { } a && (a.IsIp || IsDnsName(a.Host)));

    public static FieldGrammar CaAddress { get; } = new("host:port or a host name", v => Planning.HostAndPort.Parse(v) is { } a ? a.IsIp || IsDnsName(a.Host) : IsDnsName(v));

    public static FieldGrammar ImageNameOrReference { get; } = new("an image name such as proxyv2, or a complete reference with tag or digest",
        v => v.Contains('/', StringComparison.Ordinal) ? v.Length <= 512 && ImageReferencePattern().IsMatch(v) : v.Length <= 128 && ImageNamePattern().IsMatch(v));

    public static FieldGrammar VariableName { get; } =
        new("a variable name of letters, digits and '_' that starts with no digit", v => v.Length <= 256 && VariableNamePattern().IsMatch(v));

    /// <summary>Any text without control characters.</summary>
    public static FieldGrammar Printable { get; } = new("text without control characters", v => !HasControlCharacter(v));

    /// <summary>Text in which line ends and tabs are allowed.</summary>
    public static FieldGrammar Lines { get; } =
        new("text without control characters other than tabs and line ends",
            v => !HasControlCharacter(v.Replace("\r\n", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal)));

    /// <summary>An IP literal in its canonical spelling; null for anything else (<c>10.1</c>, <c>0x7f.1</c>, a zone, brackets).</summary>
    public static IPAddress? ParseIp(string value)
    {
        if (value.AsSpan().IndexOfAny("%[]/") >= 0 || !IPAddress.TryParse(value, out var ip)) return null;
        if (ip.AddressFamily == AddressFamily.InterNetwork) return Ipv4Pattern().IsMatch(value) ? ip : null;
        return ip.ScopeId == 0 ? ip : null;
    }

    public static bool IsUnspecified(IPAddress ip) => ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any);

    public static bool IsMulticast(IPAddress ip) =>
        ip.IsIPv6Multicast || (ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes()[0] >= 224);

    public static bool IsLinkLocal(IPAddress ip) =>
        ip.IsIPv6LinkLocal || (ip.AddressFamily == AddressFamily.InterNetwork && ip.GetAddressBytes() is [169, 254, ..]);

    public static bool HasControlCharacter(string value) => value.Any(c => c < ' ' || c == '\u007f');

    private static bool IsLogLevel(string value) => value is "trace" or "debug" or "info" or "warning" or "error" or "critical" or "off";

    private static bool IsDnsName(string value) => value.Length <= 253 && DnsNamePattern().IsMatch(value);

    private static bool IsIp(string value) => ParseIp(value) is not null;

    // \z, never $: in .NET $ also matches before a final newline.
    [GeneratedRegex(@"^(?=.{1,253}\z)[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z")]
    private static partial Regex DnsNamePattern();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex DnsLabelPattern();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\z")]
    private static partial Regex ObjectNamePattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}\z")]
    private static partial Regex SshHostPattern();

    [GeneratedRegex(@"^[0-9]{1,5}\z")]
    private static partial Regex PortPattern();

    [GeneratedRegex(@"^[a-z_][a-z0-9_.-]{0,31}\z")]
    private static partial Regex SshUserPattern();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.-]{0,31}\z")]
    private static partial Regex SshUserOfPolicyPattern();

    [GeneratedRegex(@"^(/[A-Za-z0-9._-]+){1,16}\z")]
    private static partial Regex DirectoryPattern();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}\z")]
    private static partial Regex ContainerNamePattern();

    [GeneratedRegex(@"^[a-z0-9]+([._-][a-z0-9]+)*(:[0-9]{1,5})?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex RepositoryPattern();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*\z")]
    private static partial Regex ImageNamePattern();

    [GeneratedRegex(@"^[a-z0-9]+([._-][a-z0-9]+)*(:[0-9]{1,5})?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)+((:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?@sha256:[0-9a-f]{64}|:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})\z")]
    private static partial Regex ImageReferencePattern();

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex ImageTagPattern();

    [GeneratedRegex(@"^[a-z0-9_]{1,64}\z")]
    private static partial Regex ComponentPattern();

    [GeneratedRegex(@"^([A-Za-z0-9_-]{1,64}:)?(debug|info|warn|error|fatal|none)(,[A-Za-z0-9_-]{1,64}:(debug|info|warn|error|fatal|none))*\z")]
    private static partial Regex AgentLogLevelPattern();

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\z")]
    private static partial Regex LabelValuePattern();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?\z")]
    private static partial Regex TrustDomainPattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:/-]*\z")]
    private static partial Regex IdentifierPattern();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableNamePattern();

    [GeneratedRegex(@"^(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}\z")]
    private static partial Regex Ipv4Pattern();
}
