using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>How a VM outside the cluster reaches addresses that are local to it: by a hosts alias of an IP gateway, or by a rewritten address.</summary>
internal sealed class ModernRoutes(MeshSettings mesh, WorkloadEntry workload, Findings findings)
{
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);
    private bool _gatewayMissed;

    /// <summary>TLS name of istiod once its address was rewritten; else null.</summary>
    public string? IstiodSan { get; private set; }

    /// <summary>Names are aliased only where the gateway is an IP.</summary>
    private bool ByAlias => mesh.Gateway?.Ip is not null && !workload.Vm.Options.NoHostAliases;

    public IReadOnlyList<string> Aliases() => [.. _names.Select(name => $"{name}:{mesh.Gateway!.Host}")];

    public void Discovery(JsonObject config, bool keep)
    {
        var text = ProxyConfigLayers.Text(config, "discoveryAddress")!;
        if (!Grammar.Address.Accepts(text))
        {
            findings.Refuse($"ProxyConfig of {workload.Name} discoveryAddress", $"\"{Printable.Text(text)}\" must be {Grammar.Address.Description}", "correct it in the mesh configuration or the annotation");
            return;
        }
        var address = HostAndPort.Parse(text)!.Value;
        if (ClusterHost.Modern(address.Host, mesh, workload) is not { } host || Gateway() is not { } gateway) return;

        if (ByAlias && (keep || gateway.Port == GatewayAddress.IstiodPort))
        {
            _names.Add(address.Host);
            if (address.Port != gateway.Port && !Offers(address.Port)) WarnNoRoute("discoveryAddress", text);
        }
        else if (keep)
        {
            findings.Warn($"{ProxyConfigLayers.EntryLayer(workload)} discoveryAddress", $"{text} is local to the cluster and gateway {gateway} has no IP, so the VM cannot reach it",
                "remove it, so that the gateway's address takes its place");
        }
        else
        {
            config["discoveryAddress"] = gateway.ToString();
            IstiodSan = host.Svc;
        }
    }

    public void Other(ProxyConfigAddress address, bool keep)
    {
        if (HostAndPort.Parse(address.Value) is not { } target || target.IsIp || ClusterHost.Modern(target.Host, mesh, workload) is not { } host) return;
        if (Gateway() is not { } gateway) return;
        if (!Offers(target.Port)) WarnNoRoute(address.Path, address.Value);
        else if (ByAlias) _names.Add(target.Host);
        else if (keep) WarnNoRoute(address.Path, address.Value);
        else
        {
            address.Set(new HostAndPort(gateway.Host, target.Port).ToString());
            address.KeepServerName(host);
        }
    }

    /// <summary>CA_ADDR. Once istiod is reached by another name it must be unset: the agent applies ISTIOD_SAN to the CA only then.</summary>
    public string? CertificateAuthority(string address)
    {
        if (address.Length == 0) return null;
        var bare = HostAndPort.Parse(address)?.Host ?? address;
        if (ClusterHost.Modern(bare, mesh, workload) is not { } host) return address;
        if (Gateway() is not { } gateway) return null;
        if (ByAlias && IstiodSan is null)
        {
            _names.Add(bare);
            return address;
        }
        if (host.Svc != IstiodSan)
            findings.Warn("injector values global.caAddress", $"{address} is local to the cluster and cannot be reached by that name through gateway {gateway}", "the VM asks istiod for its certificate instead");
        return null;
    }

    private GatewayAddress? Gateway()
    {
        if (mesh.Gateway is null && !_gatewayMissed)
        {
            _gatewayMissed = true;
            findings.Problems.AddRange(mesh.GatewayProblems);
        }
        return mesh.Gateway;
    }

    private bool Offers(int port) => mesh.Gateway?.ServicePorts?.Contains(port) == true;

    private void WarnNoRoute(string path, string address) => findings.Warn(
        $"ProxyConfig of {workload.Name} {path}", $"no route: {address} is local to the cluster and gateway {mesh.Gateway} ({mesh.Gateway!.Source}) offers no such port",
        "add the port to the gateway's Service, or set an address that the VM can reach");
}
