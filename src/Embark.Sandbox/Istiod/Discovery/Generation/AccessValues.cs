using System.Globalization;
using System.Text.RegularExpressions;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Rbac;
using Embark.Sandbox.Istiod.Protos.Routes;
using Embark.Sandbox.Istiod.Protos.Types;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>One value of a rule in Envoy's terms; null for what is not known here, or cannot be told from a connection.</summary>
internal static class AccessValues
{
    public static Principal? Principal(string attribute, string value, bool _) => attribute switch
    {
        "principals" => Authenticated(Text(value, "spiffe://")),
        // Identities are spiffe://{trust domain}/ns/{namespace}/sa/{service account}.
        "namespaces" => Authenticated(new StringMatcher { SafeRegex = new RegexMatcher { Regex = $".*/ns/{Regex.Escape(value).Replace("\\*", ".*", StringComparison.Ordinal)}/.*" } }),
        "ipBlocks" => Range(value) is { } range ? new Principal { DirectRemoteIp = range } : null,
        _ => null,
    };

    public static Permission? Permission(string attribute, string value, bool http) => (attribute, http) switch
    {
        ("ports", _) when uint.TryParse(value, CultureInfo.InvariantCulture, out var port) => new Permission { DestinationPort = port },
        ("methods", true) => new Permission { Header = Header(":method", Text(value)) },
        ("hosts", true) => new Permission { Header = Header(":authority", IgnoringCase(Text(value))) },
        ("paths", true) => new Permission { UrlPath = new PathMatcher { Path = Text(value) } },
        _ => null,
    };

    /// <summary>A principal or a permission, by the key of a condition.</summary>
    public static object? Condition(string key, string value, bool http) => key switch
    {
        "source.principal" => Principal("principals", value, http),
        "source.namespace" => Principal("namespaces", value, http),
        "source.ip" => Principal("ipBlocks", value, http),
        "destination.port" => Permission("ports", value, http),
        "destination.ip" => Range(value) is { } range ? new Permission { DestinationIp = range } : null,
        "connection.sni" => new Permission { RequestedServerName = Text(value) },
        _ when http && key.StartsWith("request.headers[", StringComparison.Ordinal) && key.EndsWith(']') =>
            new Principal { Header = Header(key["request.headers[".Length..^1], Text(value)) },
        _ => null,
    };

    private static Principal Authenticated(StringMatcher name) => new() { Authenticated = new Principal.Types.Authenticated { PrincipalName = name } };

    private static HeaderMatcher Header(string name, StringMatcher value) => new() { Name = name, StringMatch = value };

    /// <summary>Istio's values: <c>*</c> alone is anything but nothing, at the end a prefix, at the beginning a suffix.</summary>
    private static StringMatcher Text(string value, string before = "") =>
        value == "*" ? new StringMatcher { SafeRegex = new RegexMatcher { Regex = ".+" } }
        : value.StartsWith('*') ? new StringMatcher { Suffix = value[1..] }
        : value.EndsWith('*') ? new StringMatcher { Prefix = before + value[..^1] }
        : new StringMatcher { Exact = before + value };

    private static StringMatcher IgnoringCase(StringMatcher matcher)
    {
        matcher.IgnoreCase = matcher.MatchPatternCase != StringMatcher.MatchPatternOneofCase.SafeRegex;
        return matcher;
    }

    private static CidrRange? Range(string value)
    {
        var parts = value.Split('/');
        if (!System.Net.IPAddress.TryParse(parts[0], out var address))
            return null;
        var whole = (uint)address.GetAddressBytes().Length * 8;
        return parts.Length == 1 ? new CidrRange { AddressPrefix = parts[0], PrefixLen = whole }
            : uint.TryParse(parts[1], CultureInfo.InvariantCulture, out var length) && length <= whole ? new CidrRange { AddressPrefix = parts[0], PrefixLen = length } : null;
    }
}
