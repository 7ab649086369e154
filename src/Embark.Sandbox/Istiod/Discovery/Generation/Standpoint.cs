using System.Net.Sockets;

namespace Embark.Sandbox.Istiod.Discovery.Generation;

/// <summary>From where a proxy dials; all of it that endpoints may depend on.</summary>
/// <param name="Network">Empty: everything is in its own network.</param>
/// <param name="RequestedNetworks">Empty: endpoints of all networks are visible.</param>
/// <param name="Families">Of its addresses.</param>
internal sealed record Standpoint(string Namespace, string Network, Values<string> RequestedNetworks, Values<AddressFamily> Families)
{
    public static Standpoint Of(ProxyNode proxy) => new(
        proxy.Namespace, proxy.Network, new(proxy.RequestedNetworks), new(proxy.Addresses.Select(address => address.AddressFamily).Distinct().Order()));
}
