using System.Net;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Rbac;
using Embark.Sandbox.Proxy.Http;
using Embark.Sandbox.Proxy.Listening;

namespace Embark.Sandbox.Proxy.Rbac;

/// <summary>What is asked for: ports, methods, paths, headers (envoy.config.rbac.v3.Permission).</summary>
internal static class Permissions
{
    public static Func<AccessQuestion, bool> Matcher(Permission permission)
    {
        switch (permission.RuleCase)
        {
            case Permission.RuleOneofCase.AndRules:
                var all = permission.AndRules.Rules.Select(Matcher).ToList();
                return question => all.TrueForAll(rule => rule(question));
            case Permission.RuleOneofCase.OrRules:
                var some = permission.OrRules.Rules.Select(Matcher).ToList();
                return question => some.Exists(rule => rule(question));
            case Permission.RuleOneofCase.Any:
                return _ => permission.Any;
            case Permission.RuleOneofCase.Header:
                return question => RouteMatching.HeaderMatches(permission.Header, question.Request);
            case Permission.RuleOneofCase.DestinationIp:
                var range = Range(permission.DestinationIp);
                return question => range.Contains(question.Connection.Local.Address);
            case Permission.RuleOneofCase.DestinationPort:
                return question => question.Connection.Local.Port == permission.DestinationPort;
            case Permission.RuleOneofCase.DestinationPortRange:
                return question => question.Connection.Local.Port >= permission.DestinationPortRange.Start && question.Connection.Local.Port < permission.DestinationPortRange.End;
            case Permission.RuleOneofCase.NotRule:
                var rule = Matcher(permission.NotRule);
                return question => !rule(question);
            case Permission.RuleOneofCase.RequestedServerName:
                return question => Matching.Matches(permission.RequestedServerName, question.Connection.Look.Hello?.ServerName ?? "");
            case Permission.RuleOneofCase.UrlPath when permission.UrlPath.Path is { } path:
                return question => question.Path is { } asked && Matching.Matches(path, asked);
            default:
                throw new ConfigurationRejectedException($"RBAC permission {permission.RuleCase} is not supported");
        }
    }

    internal static IPNetwork Range(CidrRange range)
    {
        if (!IPAddress.TryParse(range.AddressPrefix, out var address))
            throw new ConfigurationRejectedException($"'{range.AddressPrefix}' is no address");
        var bytes = address.GetAddressBytes();
        var length = (int)Math.Min(range.PrefixLen ?? 0, bytes.Length * 8u);
        for (var bit = length; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8)); // 10.0.0.7/8 means 10.0.0.0/8
        return new IPNetwork(new IPAddress(bytes), length);
    }
}
