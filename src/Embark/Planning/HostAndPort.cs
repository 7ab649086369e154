using System.Globalization;
using System.Net;

namespace Embark.Planning;

/// <summary>A <c>host:port</c> of a ProxyConfig, taken apart.</summary>
/// <param name="Host">Without brackets.</param>
/// <param name="Port">As number.</param>
internal readonly record struct HostAndPort(string Host, int Port)
{
    /// <summary>Null when it is no host with a port (a unix socket, an expression).</summary>
    public static HostAndPort? Parse(string? address)
    {
        var colon = address?.LastIndexOf(':') ?? -1;
        if (colon <= 0 || !int.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > 65535) return null;
        var host = address![..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal)) return null;
        return new(host, port);
    }

    public bool IsIp => IPAddress.TryParse(Host, out _);

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
