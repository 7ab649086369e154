using System.Net;
using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Finds the names that a VM's Sidecar lets it call (step 12 of the guide).</summary>
internal sealed class NamesReader(KubernetesClient client, string version)
{
    /// <summary>Names for every egress listener; with two listeners for a host the first counts.</summary>
    public async Task<MeshNames> ReadAsync(WorkloadEntry workload, string clusterDomain, CancellationToken cancellationToken)
    {
        if (workload.Sidecar is not { } sidecar)
            return new([], false, [new($"WorkloadEntry {workload.Name}", "no Sidecar is known that says what the VM may call", "apply a Sidecar with an egress for it, or allow list on sidecars")]);
        var (own, findings) = (workload.Name.Namespace, new Findings());
        var hosts = new List<MeshHost>();
        var complete = true;
        foreach (var where in sidecar.Egress.SelectMany(e => e.Hosts).Select(h => h.Split('/')[0]).Where(w => w != "~").Select(w => w == "." ? own : w).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            complete &= await AddAsync(hosts, where == "*" ? null : where, clusterDomain, own, findings, cancellationToken);

        var lines = new Dictionary<string, NameLine>(StringComparer.Ordinal);
        foreach (var egress in sidecar.Egress) Show(egress, hosts, workload, lines, findings);
        return new([.. lines.Values.OrderBy(l => l.Address, StringComparer.Ordinal).ThenBy(l => l.Names[0], StringComparer.Ordinal)], complete, findings.Warnings);
    }

    private async Task<bool> AddAsync(List<MeshHost> hosts, string? ns, string clusterDomain, string own, Findings findings, CancellationToken cancellationToken)
    {
        var services = Optional.OrNullAsync(client.ListAsync(CoreKinds.Services, ns, ListOptions.All, cancellationToken), cancellationToken);
        var entries = await Optional.OrNullAsync(client.ListAsync(IstioKinds.ServiceEntries(version), ns, ListOptions.All, cancellationToken), cancellationToken);
        hosts.AddRange(MeshHost.Of(await services ?? [], clusterDomain, own));
        hosts.AddRange(MeshHost.Of(entries ?? [], own));
        if (await services is not null && entries is not null) return true;
        findings.Warn(ns is null ? "the cluster" : $"Namespace {ns}", "its Services or ServiceEntries may not be listed, so names are missing", "allow list on services and serviceentries.networking.istio.io there");
        return false;
    }

    private static void Show(SidecarOutbound egress, List<MeshHost> hosts, WorkloadEntry workload, Dictionary<string, NameLine> lines, Findings findings)
    {
        var where = $"Sidecar {workload.Sidecar!.Name} spec.egress";
        var shown = hosts.Where(h => egress.Hosts.Any(e => h.IsMeantBy(e, workload.Name.Namespace)) && (egress.Port is null || h.Ports.Contains(egress.Port.Value))).ToList();
        if (AddressOf(egress.Bind) is not { } address)
        {
            findings.Warn(where, $"binds {Printable.Text(egress.Bind)}, which is no loopback address: its names are left out", "bind an address of 127.0.0.0/8, such as 127.0.0.2");
            return;
        }
        foreach (var host in shown)
        {
            if (!host.Names.All(Grammar.DnsName.Accepts))
                findings.Warn(where, $"{Printable.Text(host.Name)} is left out: /etc/hosts knows no patterns", "list single hosts in the ServiceEntry, or add the names that the VM calls yourself");
            else if (!workload.Vm.Options.PrivilegedPorts && host.Ports.All(p => p < 1024))
                findings.Warn(where, $"{host.Name} is left out: its ports are below 1024, where the proxy may not listen", "use --privileged-ports here and with join, if the VM shall call it");
            else if (lines.TryGetValue(host.Name, out var first) && first.Address != address)
                findings.Warn(where, $"{host.Name} is shown at {first.Address} and at {address}; the first is taken", "show a host at one address");
            else
                lines.TryAdd(host.Name, new(address, host.Names));
        }
    }

    private static string? AddressOf(string bind) => Grammar.ParseIp(bind) switch
    {
        null => null,
        var ip when ip.Equals(IPAddress.Any) => "127.0.0.1",
        var ip when ip.Equals(IPAddress.IPv6Any) => "::1",
        var ip when IPAddress.IsLoopback(ip) => ip.ToString(),
        _ => null,
    };
}
