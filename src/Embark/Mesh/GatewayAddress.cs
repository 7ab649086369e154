using System.Net;
using System.Net.Sockets;

namespace Embark.Mesh;

/// <summary>Where VMs reach the mesh from outside: the address of the VM gateway (sidecar-bootstrap 3.3).</summary>
/// <param name="Host">IP literal (IPv6 without brackets) or DNS name.</param>
/// <param name="Port">Port that leads to istiod. Default 15012.</param>
public sealed record GatewayAddress(string Host, int Port = GatewayAddress.IstiodPort)
{
    /// <summary>The port istiod serves with TLS, inside and through a gateway.</summary>
    public const int IstiodPort = 15012;

    /// <summary>The port of mutual TLS passed through to workloads of another network.</summary>
    public const int MutualTlsPort = 15443;

    /// <summary>The IP; null when the gateway is known by a DNS name.</summary>
    public IPAddress? Ip => IPAddress.TryParse(Host, out var ip) ? ip : null;

    /// <summary>Reads <c>HOST[:PORT]</c>, IPv6 in brackets or bare; null when it is neither an IP nor a DNS name.</summary>
    public static GatewayAddress? Parse(string text)
    {
        var (host, port) = Planning.HostAndPort.Parse(text) is { } both ? (both.Host, both.Port) : (text, IstiodPort);
        return Grammar.ParseIp(host) is not null || Grammar.DnsName.Accepts(host) ? new(host, port) { Source = "--gateway" } : null;
    }

    /// <summary>Ports of the gateway's Service; null when no Service was looked at, so that nothing is known of other ports.</summary>
    public IReadOnlySet<int>? ServicePorts { get; init; }

    /// <summary>Where the address was found, for messages.</summary>
    public required string Source { get; init; }

    /// <summary><c>host:port</c>, IPv6 in brackets.</summary>
    public override string ToString() => Ip?.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
