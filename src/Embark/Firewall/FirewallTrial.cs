using Embark.Checks;
using Embark.Delivery;
using Embark.Mesh;
using Embark.Planning;
using Embark.Ssh;

namespace Embark.Firewall;

/// <summary>Tries each path of the rules: from the VM, and from where the operator is. Nothing is changed.</summary>
/// <param name="vm">The VM.</param>
/// <param name="options">How ssh is called, for the operator's side.</param>
public sealed class FirewallTrial(VmOverSsh vm, SshOptions options)
{
    /// <summary>One check for each port that can be tried, in the order of the rules.</summary>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(WorkloadEntry workload, FirewallRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        ArgumentNullException.ThrowIfNull(rules);
        var outgoing = rules.Rules.Where(r => r.Direction == FlowDirection.FromVm && HostOf(r) is not null && r.Ports.Count > 0).SelectMany(r => r.Ports.Select(p => (HostOf(r)!, p))).Distinct().ToList();
        vm.BeginConnecting(workload.Vm.Ssh);
        var fromVm = FromTheVm.TryAsync(vm.Session, outgoing, cancellationToken);
        var side = new FromTheOperator(options);
        var incoming = await Task.WhenAll(rules.Rules.Where(r => r.Direction == FlowDirection.ToVm).SelectMany(r => r.Ports.Select(async p => (r.Name, Port: p, Reached: await side.TryAsync(Service(workload), p, cancellationToken)))));
        var outcome = await fromVm;

        var checks = new List<CheckResult>();
        foreach (var rule in rules.Rules)
        {
            if (rule.Direction == FlowDirection.ToVm) checks.AddRange(incoming.Where(i => i.Name == rule.Name).Select(i => rule.Open ? Incoming(rule, i.Port, i.Reached) : Closed(i.Port, i.Reached)));
            else if (HostOf(rule) is not { } host || rule.Ports.Count == 0) checks.Add(CheckResult.Skipped($"VM to {rule.Peer}", "all ports of many addresses: not tried one by one"));
            else checks.AddRange(rule.Ports.Select(port => Outgoing(rule, host, port, outcome[(host, port)])));
        }
        return checks;
    }

    /// <summary>The mesh calls the entry's address, which may be another than where SSH goes.</summary>
    private static SshTarget Service(WorkloadEntry workload) => workload.Vm.Ssh with { Host = workload.Vm.Ssh.DiffersFromAddress ? workload.Vm.Ssh.Host : workload.Address ?? workload.Vm.Ssh.Host };

    private static string? HostOf(FirewallRule rule) => rule.Host ?? (rule.Networks is [var one] ? one.Split('/')[0] : null);

    private static CheckResult Outgoing(FirewallRule rule, string host, int port, Reached reached)
    {
        var title = $"VM to {rule.Peer} {port.ToText()}";
        return reached switch
        {
            Reached.Open => CheckResult.Ok(title, $"{host} answers"),
            // A firewall that rejects says the same as a machine without a listener; telemetry is no need of a join.
            Reached.Refused when port is 9411 or 11800 => CheckResult.Warning(title, $"{host} refuses: nothing listens there, or a firewall rejects it", "embark mesh-expansion enable makes the gateway listen; else open the way"),
            Reached.Refused => CheckResult.Failed(title, $"{host} refuses: nothing listens there, or a firewall rejects it", $"see that the gateway runs; let the VM connect to {host} TCP {port.ToText()} ({rule.Why})"),
            Reached.Silent => CheckResult.Failed(title, $"{host} does not answer the VM", $"a rule is missing: let the VM connect to {host} TCP {port.ToText()} ({rule.Why})"),
            _ => CheckResult.Skipped(title, "the VM has none of bash, nc, curl to try it with"),
        };
    }

    private static CheckResult Incoming(FirewallRule rule, int port, Reached reached)
    {
        var title = $"operator to VM {port.ToText()}";
        return reached switch
        {
            Reached.Open => CheckResult.Ok(title, "the VM answers"),
            Reached.Refused when rule.Name == "application" => CheckResult.Warning(title, "the VM refuses: its proxy does not run yet, or a firewall rejects it", $"join it and try again; else let {rule.Peer} connect to TCP {port.ToText()} ({rule.Why})"),
            Reached.Refused => CheckResult.Failed(title, "the VM refuses", $"see that sshd listens there; let the {rule.Peer} connect to TCP {port.ToText()}"),
            Reached.Silent => CheckResult.Failed(title, "the VM does not answer from here", $"a rule is missing: let {rule.Peer} connect to TCP {port.ToText()} ({rule.Why})"),
            _ => CheckResult.Skipped(title, "there is no ssh to try it with"),
        };
    }

    private static CheckResult Closed(int port, Reached reached)
    {
        var title = $"closed {port.ToText()}";
        return reached == Reached.Open ? CheckResult.Warning(title, "it answers from here", $"keep TCP {port.ToText()} closed to the outside: who reaches it reads the proxy's state")
            : CheckResult.Ok(title, "it does not answer from here");
    }
}
