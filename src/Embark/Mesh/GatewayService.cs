using System.Net;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>The address of one Service that was chosen as gateway.</summary>
internal static class GatewayService
{
    private const int AmbientPort = 15008;

    public static string Title(Service service) => $"Service {service.Metadata.Namespace}/{service.Metadata.Name}";

    public static HashSet<int> Ports(Service service) =>
        [.. (service.Spec?.Ports ?? []).Where(p => p.Protocol is null or "" or "TCP").Select(p => p.Port)];

    public static bool HasPorts(Service service, Profile profile) =>
        Ports(service) is var ports && ports.Contains(GatewayAddress.IstiodPort) && (profile == Profile.Modern || ports.Contains(GatewayAddress.MutualTlsPort));

    /// <summary>Null, and a problem, when VMs cannot reach istiod through it.</summary>
    public static GatewayAddress? AddressOf(Service service, Profile profile, Findings findings)
    {
        var (title, ports) = (Title(service), Ports(service));
        if (!ports.Contains(GatewayAddress.IstiodPort))
        {
            if (ports.Contains(AmbientPort) && !ports.Contains(GatewayAddress.MutualTlsPort))
                findings.Refuse(title, $"is an ambient east-west gateway (port {AmbientPort} only), which sidecars of VMs cannot use", $"install an east-west gateway with ports {GatewayAddress.IstiodPort} and {GatewayAddress.MutualTlsPort}, or name one with --gateway-service");
            else
                findings.Refuse(title, $"has no TCP port {GatewayAddress.IstiodPort}, through which VMs reach istiod", $"add the port, or name another gateway with --gateway-service");
            return null;
        }
        if (profile == Profile.Tetrate && !ports.Contains(GatewayAddress.MutualTlsPort))
        {
            findings.Refuse(title, $"is missing a port '{GatewayAddress.MutualTlsPort} (TLS AUTO_PASSTHROUGH)'", "add the port, or name another gateway with --gateway-service");
            return null;
        }
        return HostOf(service, findings) is { } host && IsUsable(host, title, findings) ? new(host) { ServicePorts = ports, Source = title } : null;
    }

    /// <summary>First host name, else first IP of the load balancer; then the first external IP.</summary>
    private static string? HostOf(Service service, Findings findings)
    {
        var ingress = service.Status?.LoadBalancer?.Ingress ?? [];
        var host = ingress.Select(i => i.Hostname).FirstOrDefault(h => !string.IsNullOrEmpty(h)) ?? ingress.Select(i => i.Ip).FirstOrDefault(i => !string.IsNullOrEmpty(i))
            ?? service.Spec?.ExternalIPs?.FirstOrDefault(i => !string.IsNullOrEmpty(i));
        if (host is not null) return host;
        if (service.Spec?.Type == "LoadBalancer")
            findings.Refuse(Title(service), NoAddress, "wait until the load balancer has one (--wait), or give the address with --gateway");
        else
            findings.Refuse(Title(service), $"is of type {service.Spec?.Type ?? "ClusterIP"} and has no address that is reached from outside", "give the address and port with --gateway HOST:PORT");
        return null;
    }

    /// <summary>The one problem that waiting may heal.</summary>
    public const string NoAddress = "has no address yet";

    public static bool IsUsable(string host, string source, Findings findings)
    {
        if (Grammar.ParseIp(host) is { } ip)
        {
            if (!IPAddress.IsLoopback(ip) && !Grammar.IsUnspecified(ip) && !Grammar.IsLinkLocal(ip) && !Grammar.IsMulticast(ip)) return true;
            findings.Refuse(source, $"its address {host} is loopback, unspecified or link-local: no VM can reach it", "give the address with --gateway");
            return false;
        }
        if (Grammar.DnsName.Accepts(host)) return true;
        findings.Refuse(source, $"its address \"{Printable.Text(host)}\" is neither an IP address nor a DNS name", "correct it, or give the address with --gateway");
        return false;
    }
}
