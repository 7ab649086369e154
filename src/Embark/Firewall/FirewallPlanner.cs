using System.Net;
using Embark.Mesh;
using Embark.Planning;

namespace Embark.Firewall;

/// <summary>Which paths one VM needs: step 7 of the guide, operators by SSH, and what should stay closed (decision 27). Pure.</summary>
public static class FirewallPlanner
{
    /// <summary>Ports of the gateway that a VM of another network needs, in the guide's order.</summary>
    private static readonly (string Name, int Port, string Why)[] GatewayPorts =
    [
        ("xds", GatewayAddress.IstiodPort, "configuration and certificates from istiod"), ("mesh", GatewayAddress.MutualTlsPort, "calls to the mesh, in mutual TLS"),
        ("traces", 9411, "traces (Zipkin)"), ("access-logs", 11800, "access logs"),
    ];

    /// <summary>The rules.</summary>
    /// <param name="mesh">The mesh.</param>
    /// <param name="workload">The WorkloadEntry.</param>
    /// <param name="peers">Where the others are.</param>
    public static FirewallRules For(MeshSettings mesh, WorkloadEntry workload, FirewallPeers peers)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(peers);
        var findings = new Findings();
        var same = workload.Network is null || workload.Network == mesh.ClusterNetwork;
        List<FirewallRule> rules = [.. Gateway(mesh, same, findings)];
        if (same)
            rules.Add(new() { Name = "pods", Open = true, Direction = FlowDirection.FromVm, Peer = "pods", Networks = peers.Mesh, Ports = [], Why = "calls to the mesh go to pods directly" });

        List<int> served = [.. (workload.Sidecar?.Ingress ?? []).Where(i => i.Bind is null || !IsLoopback(i.Bind)).Select(i => i.Port).Distinct()];
        if (served.Count == 0) findings.Warn($"WorkloadEntry {workload.Name}", "no Sidecar with an ingress is known, so nothing is listed that the mesh calls", "apply a Sidecar for it, or allow list on sidecars");
        else rules.Add(new() { Name = "application", Open = true, Direction = FlowDirection.ToVm, Peer = same ? "pods" : "the mesh", Networks = peers.Mesh, Ports = served, Why = "the mesh calls the application" });
        rules.Add(new() { Name = "ssh", Open = true, Direction = FlowDirection.ToVm, Peer = "operator", Networks = peers.Operators, Ports = [workload.Vm.Ssh.Port], Why = "Embark over SSH" });

        List<int> own = [.. workload.Vm.Ports.All, .. workload.Vm.Options.Profile == Profile.Modern ? workload.Vm.Ports.Beside.All : []];
        rules.Add(new() { Name = "proxy", Open = false, Direction = FlowDirection.ToVm, Peer = "anyone outside", Ports = [.. own.Except(served)], Why = "the proxy's own pages, and those of its bridge" });

        if (peers.Mesh.Count == 0 && (same || served.Count > 0))
            findings.Warn("--mesh", same ? "the pods' networks are not named, so the rules say any" : "the addresses that the cluster calls from are not named, so the rule says any", "name them: --mesh 10.4.0.0/14");
        return new(workload.Name, workload.InstanceIp.ToString(), same, rules, findings.Warnings);
    }

    private static IEnumerable<FirewallRule> Gateway(MeshSettings mesh, bool same, Findings findings)
    {
        if (mesh.Gateway is not { } gateway)
        {
            foreach (var problem in mesh.GatewayProblems) findings.Warn(problem.Where, problem.What, problem.Fix);
            yield break;
        }
        foreach (var (name, usual, why) in same ? GatewayPorts.Take(1) : GatewayPorts)
        {
            var port = usual == GatewayAddress.IstiodPort ? gateway.Port : usual;
            if (gateway.ServicePorts is { } offered && !offered.Contains(port))
                findings.Warn(gateway.Source, $"has no port {port.ToText()}: until it has, nothing answers there ({why})", "embark mesh-expansion enable makes it");
            yield return new()
            {
                Name = name, Open = true, Direction = FlowDirection.FromVm, Peer = "VM gateway", Networks = gateway.Ip is { } ip ? [Single(ip)] : [], Host = gateway.Ip is null ? gateway.Host : null, Ports = [port], Why = why,
            };
        }
        if (gateway.Ip is null) findings.Warn(gateway.Source, $"is known by the name {gateway.Host} only, and its addresses may change", "let the VM call these ports anywhere, or keep the rules up to date");
    }

    private static string Single(IPAddress ip) => $"{ip}/{(ip.GetAddressBytes().Length * 8).ToText()}";

    private static bool IsLoopback(string address) => IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip);
}
