using System.Globalization;
using Embark.Planning;

namespace Embark.Checks;

/// <summary>What the proxy has, held against what it should have. Pure: ready is no proof, so everything is compared (reliability J.1).</summary>
internal static class ProxyChecks
{
    private const string JoinAgain = "run embark join again";

    public static IEnumerable<CheckResult> All(ExpectedProxy expected, ProxyReading seen)
    {
        yield return Container(expected, seen);
        yield return Ready(seen);
        yield return Gateway(expected, seen);
        yield return Settings(expected, seen);
        yield return Certificate(expected, seen);
        yield return Configuration(seen);
        yield return Listeners(expected, seen);
        yield return Clusters(expected, seen);
        yield return ToMesh(expected, seen);
    }

    private static CheckResult Container(ExpectedProxy expected, ProxyReading seen)
    {
        var name = expected.Workload.Vm.ContainerName;
        if (seen.Status is null) return CheckResult.Failed(Titles.Container, $"there is no container {name}", JoinAgain);
        if (seen.Status != "running")
            return CheckResult.Failed(Titles.Container, string.Create(CultureInfo.InvariantCulture, $"{name} is {Printable.Text(seen.Status, 20)}, exit code {seen.ExitCode}, {seen.Restarts} restarts"), "see its log: docker logs " + name);
        var since = $"{name} runs since {Printable.Text(seen.StartedAt?.Split('.')[0] ?? "?", 40)}";
        return seen.Restarts == 0 ? CheckResult.Ok(Titles.Container, $"{since}, no restart")
            : CheckResult.Warning(Titles.Container, string.Create(CultureInfo.InvariantCulture, $"{since}, {seen.Restarts} restarts, last exit code {seen.ExitCode}"), "see why in its log: docker logs " + name);
    }

    /// <summary>Table J.4.</summary>
    private static CheckResult Ready(ProxyReading seen) => (seen.AgentReady, seen.Ready) switch
    {
        (200, 200) => CheckResult.Ok(Titles.Ready, "15020 and 15021 say 200"),
        (null, null) => CheckResult.Failed(Titles.Ready, "nothing answers on 15020 and 15021", "see the container and its log"),
        (null, 200) => CheckResult.Failed(Titles.Ready, "15021 says 200 but 15020 is silent: something that is not this proxy answers", "on the VM: sudo ss -ltnp 'sport = :15021'"),
        (null, _) => CheckResult.Failed(Titles.Ready, $"the agent is gone or draining: 15020 is silent, 15021 says {Say(seen.Ready)}", "wait 6 s and look again; else restart the container"),
        (_, null) => CheckResult.Failed(Titles.Ready, $"Envoy has no configuration yet: 15020 says {Say(seen.AgentReady)}, 15021 is silent", "see the cause, or the proxy's log"),
        _ => CheckResult.Failed(Titles.Ready, $"Envoy refused a configuration, or is ending: 15020 says {Say(seen.AgentReady)}, 15021 {Say(seen.Ready)}", "see the cause, or the proxy's log"),
    };

    private static CheckResult Gateway(ExpectedProxy expected, ProxyReading seen)
    {
        if (expected.Istiod is not { } istiod || seen.Reach is not { } reach) return CheckResult.Skipped(Titles.Gateway, "the VM has no tool to try a TCP connection to istiod with");
        return reach == "open" ? CheckResult.Ok(Titles.Gateway, $"{istiod} takes connections from the VM")
            : CheckResult.Failed(Titles.Gateway, $"{istiod}: {Diagnosis.Words(reach)}", "see the cause");
    }

    private static CheckResult Settings(ExpectedProxy expected, ProxyReading seen)
    {
        if (seen.Status is null) return CheckResult.Skipped(Titles.Settings, "no container");
        var differing = Settings(expected.Environment, seen.Environment).ToList();
        return differing.Count == 0 ? CheckResult.Ok(Titles.Settings, "as a join would write them")
            : CheckResult.Warning(Titles.Settings, string.Join("; ", differing), $"{JoinAgain}: it writes them anew");
    }

    internal static IEnumerable<string> Settings(IReadOnlyDictionary<string, string> wanted, IReadOnlyDictionary<string, string> found) =>
        wanted.Where(w => found.GetValueOrDefault(w.Key) != w.Value).Select(w =>
            $"{w.Key} is {(found.TryGetValue(w.Key, out var other) ? $"\"{Printable.Text(other, 120)}\"" : "missing")}, not \"{Printable.Text(w.Value, 120)}\"");

    private static CheckResult Certificate(ExpectedProxy expected, ProxyReading seen)
    {
        if (seen.Certificate is not { } certificate) return CheckResult.Failed(Titles.Certificate, "there is none that can be read in certs/cert-chain.pem", "see the cause, or the proxy's log");
        var left = certificate.NotAfter - seen.Clock;
        var identity = Printable.Text(certificate.SpiffeId ?? "no SPIFFE identity");
        if (left <= TimeSpan.Zero) return CheckResult.Failed(Titles.Certificate, $"{identity} is expired since {certificate.NotAfter:u}", $"{JoinAgain}: it brings a new token");
        var said = $"{identity}, {Left(left)} left";
        if (certificate.SpiffeId == expected.Identity) return CheckResult.Ok(Titles.Certificate, said);
        return certificate.SpiffeId?.Split('/', 4) is ["spiffe:", "", _, var path] && expected.Identity.EndsWith("/" + path, StringComparison.Ordinal)
            ? CheckResult.Warning(Titles.Certificate, $"{said}: another trust domain than the mesh's {expected.Mesh.TrustDomain}", "see trustDomain in the mesh's configuration")
            : CheckResult.Failed(Titles.Certificate, $"{said}; it should be {expected.Identity}", $"{JoinAgain}: it removes the certificate of the other identity");
    }

    private static CheckResult Configuration(ProxyReading seen)
    {
        if (seen.Stats is null) return CheckResult.Failed(Titles.Discovery, "the proxy's admin page on 127.0.0.1:15000 does not answer", "see the container and its log");
        var (clusters, listeners) = (seen.Stat("cluster_manager.cds.update_success"), seen.Stat("listener_manager.lds.update_success"));
        var rejected = seen.Stat("cluster_manager.cds.update_rejected") + seen.Stat("listener_manager.lds.update_rejected");
        var said = string.Create(CultureInfo.InvariantCulture, $"clusters accepted {clusters} times, listeners {listeners} times, rejected {rejected}");
        return rejected > 0 ? CheckResult.Failed(Titles.Discovery, said, "see the cause, or `config rejected` in the proxy's log")
            : clusters == 0 || listeners == 0 ? CheckResult.Failed(Titles.Discovery, said, "see the cause: istiod is not reached, or gives no certificate")
            : CheckResult.Ok(Titles.Discovery, said);
    }

    private static CheckResult Listeners(ExpectedProxy expected, ProxyReading seen)
    {
        if (seen.Listeners is not { } listeners) return CheckResult.Skipped(Titles.Listeners, "the proxy's admin page does not answer");
        List<(string Address, int Port)> wanted = [.. expected.Inbound, .. expected.Outbound];
        var wrong = new List<string>();
        if (CapturingListeners(listeners) is { Count: > 0 } capturing) wrong.Add($"{string.Join(", ", capturing)} should not be there: nothing is captured on this VM");
        foreach (var at in wanted)
        {
            if (!listeners.ContainsKey($"{at.Address}_{at.Port.ToText()}")) wrong.Add($"{at.Address}_{at.Port.ToText()} is missing");
            else if (!seen.ListensOn(at.Address, at.Port)) wrong.Add($"nothing listens on {ExpectedProxy.Text(at)}");
        }
        if (DefaultListeners(expected, listeners) is { Count: > 0 } strange) wrong.Add($"{string.Join(", ", strange.Take(4))} of a Sidecar that is not this VM's");
        return wrong.Count == 0 ? CheckResult.Ok(Titles.Listeners, string.Join(", ", wanted.Select(ExpectedProxy.Text)))
            : CheckResult.Failed(Titles.Listeners, string.Join("; ", wrong), $"see the cause; {JoinAgain} writes the environment anew");
    }

    internal static List<string> CapturingListeners(IReadOnlyDictionary<string, string> listeners) => [.. listeners.Keys.Where(name => name is "virtualInbound" or "virtualOutbound")];

    /// <summary>What istiod sends where no Sidecar applies: every Service's port on 127.0.0.1.</summary>
    internal static List<string> DefaultListeners(ExpectedProxy expected, IReadOnlyDictionary<string, string> listeners) =>
        expected.Egress.Any(e => e.Bind == "127.0.0.1") || expected.Inbound.Any(i => i.Address == "127.0.0.1") ? []
        : [.. listeners.Keys.Where(name => name.StartsWith("127.0.0.1_", StringComparison.Ordinal)).Select(name => Printable.Text(name, 60))];

    private static CheckResult Clusters(ExpectedProxy expected, ProxyReading seen)
    {
        if (seen.Clusters is not { } clusters) return CheckResult.Skipped(Titles.Clusters, "the proxy's admin page does not answer");
        var missing = expected.Ingress.Select(i => $"inbound|{i.Port.ToText()}||").Where(name => !clusters.Contains(name)).ToList();
        if (missing.Count > 0) return CheckResult.Failed(Titles.Clusters, $"{string.Join(", ", missing)} is missing: nothing leads to the VM's application", $"see the cause; {JoinAgain} writes the environment anew");
        var direct = Direct(expected, clusters).ToList();
        if (direct.Count > 0)
            return CheckResult.Failed(Titles.Clusters, $"{string.Join(", ", direct.Take(3))} is dialled directly, although pods are in another network and only the gateway {expected.Mesh.Gateway!.Host}:15443 can be reached",
                "see that ISTIO_META_NETWORK is the entry's network, and that the system namespace and the gateway's Service carry topology.istio.io/network");
        var count = clusters.Count(c => c.Key.StartsWith("outbound|", StringComparison.Ordinal));
        return CheckResult.Ok(Titles.Clusters, string.Create(CultureInfo.InvariantCulture, $"inbound|{string.Join(",", expected.Ingress.Select(i => i.Port))}||, {count} outbound{(expected.ThroughGateway ? $", through {expected.Mesh.Gateway!.Host}:15443" : "")}"));
    }

    /// <summary>Endpoints of the service that is tried which are not the gateway's.</summary>
    internal static IEnumerable<string> Direct(ExpectedProxy expected, ILookup<string, string> clusters) =>
        !expected.ThroughGateway || expected.Call is not { Service.SelectsVm: false } call ? []
        : clusters[expected.ClusterOf(call.Service)].Where(endpoint => endpoint.Length > 0 && !endpoint.EndsWith(":15443", StringComparison.Ordinal));

    private static CheckResult ToMesh(ExpectedProxy expected, ProxyReading seen)
    {
        if (expected.Call is not { } call)
            return CheckResult.Warning(Titles.ToMesh, "not proved: the Sidecar's egress shows the VM no HTTP Service of its namespace that could be asked", "call a service from the VM yourself");
        var asked = $"GET http://{call.Service.Name.Name}.{call.Service.Name.Namespace}:{call.Service.Port.ToText()}/ at {ExpectedProxy.Text((call.Bind, call.Service.Port))}";
        return seen.Answer switch
        {
            null => CheckResult.Failed(Titles.ToMesh, $"{asked}: no answer", "see the cause, or whether anything listens there"),
            { Status: 503 } answer => CheckResult.Failed(Titles.ToMesh, $"{asked}: 503 {Printable.Text(answer.Body.Trim(), 120)}", "see that the service has workloads that are ready, and that the VM reaches the gateway's port 15443"),
            { Status: 502 or 504 } answer => CheckResult.Failed(Titles.ToMesh, $"{asked}: {answer.Status.ToText()}", "see the proxy's log"),
            var answer => CheckResult.Ok(Titles.ToMesh, $"{asked}: {answer.Status.ToText()}{(seen.PeerIdentities.Count > 0 ? $" from {Printable.Text(string.Join(", ", seen.PeerIdentities))}" : "")}"),
        };
    }

    private static string Say(int? status) => status?.ToText() ?? "nothing";

    internal static string Left(TimeSpan left) => left.TotalHours >= 48 ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalDays} days")
        : left.TotalHours >= 1 ? string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours} h {left.Minutes} min") : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalMinutes} min");
}
