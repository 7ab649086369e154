using System.Globalization;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>Finds the Sidecar that applies to an entry and checks what would keep its proxy from working (decision 7, sidecar-bootstrap 5.5).</summary>
internal sealed class SidecarChoice(string subject, IReadOnlyDictionary<string, string> labels, JoinOptions options)
{
    public SidecarSettings? Read(EntrySurroundings around, Findings findings)
    {
        if (around.Sidecars is not { } sidecars)
        {
            findings.Warn($"Sidecars for {subject}", "may not be listed: nothing is known of the ports that the proxy binds", "allow list on sidecars.networking.istio.io there");
            return null;
        }
        var chosen = Choose(sidecars, around.RootSidecars, findings);
        var ports = chosen?.Spec?.Ingress?.Select(i => i.Port?.Number ?? 0).Where(p => p is > 0 and <= 65535).Distinct().ToList() ?? [];
        // Without any label that alone is said.
        if (ports.Count == 0 && labels.Count > 0 && !options.Force)
            findings.Refuse($"{subject} spec.labels", chosen is null ? "no Sidecar matches them, so the proxy would not listen for the VM's application" : $"Sidecar {Name(chosen)} matches them but has no ingress, so the proxy would not listen for the VM's application",
                $"apply a Sidecar such as this, or use --force:\n{Proposal(around)}");
        if (chosen is null) return null;

        var sidecar = new SidecarSettings
        {
            Name = Name(chosen),
            IngressPorts = ports,
            Ingress = [.. chosen.Spec?.Ingress?.Where(i => ports.Contains(i.Port?.Number ?? 0)).Select(i => new SidecarInbound(i.Port!.Number, NotEmpty(i.Bind), NotEmpty(i.DefaultEndpoint))) ?? []],
            Egress = chosen.Spec?.Egress is { Count: > 0 } egress
                ? [.. egress.Select(e => new SidecarOutbound(NotEmpty(e.Bind) ?? "127.0.0.1", e.Port?.Number, e.Hosts ?? []))]
                : [new SidecarOutbound("127.0.0.1", null, ["*/*"])],
            EgressHosts = [.. chosen.Spec?.Egress?.SelectMany(e => e.Hosts ?? []) ?? []],
        };
        if (!options.PrivilegedPorts) LowPorts(sidecar, around, findings);
        return sidecar;
    }

    /// <summary>Istio's order: one that selects the entry, else the namespace's own, else the mesh's.</summary>
    private SidecarObject? Choose(IReadOnlyList<SidecarObject> sidecars, IReadOnlyList<SidecarObject> roots, Findings findings)
    {
        var selecting = sidecars.Where(s => Selector(s) is { Count: > 0 } selector && selector.All(p => labels.GetValueOrDefault(p.Key) == p.Value))
            .OrderBy(s => s.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue).ThenBy(s => s.Metadata.Name, StringComparer.Ordinal).ToList();
        if (selecting.Count > 1)
            findings.Warn($"{subject} spec.labels", $"several Sidecars select them ({string.Join(", ", selecting.Select(s => s.Metadata.Name))}); istiod takes the oldest", "make their selectors differ");
        return selecting.FirstOrDefault() ?? sidecars.FirstOrDefault(HasNoSelector) ?? roots.FirstOrDefault(HasNoSelector);

        static bool HasNoSelector(SidecarObject sidecar) => Selector(sidecar) is null or { Count: 0 };
    }

    private static IReadOnlyDictionary<string, string>? Selector(SidecarObject sidecar) => sidecar.Spec?.WorkloadSelector?.Labels;

    private static string? NotEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;

    private static NamespacedName Name(SidecarObject sidecar) => new(sidecar.Metadata.Namespace ?? "", sidecar.Metadata.Name ?? "");

    private void LowPorts(SidecarSettings sidecar, EntrySurroundings around, Findings findings)
    {
        foreach (var port in sidecar.IngressPorts.Where(p => p < 1024 && !options.Force))
            findings.Refuse($"Sidecar {sidecar.Name} spec.ingress port {port}", "is below 1024: istiod leaves it out, silently, for a proxy that may not bind it",
                $"use --privileged-ports, or set net.ipv4.ip_unprivileged_port_start={port} on the VM and use --force, or listen on a port from 1024");
        var seen = EgressPorts.Low(sidecar, around).ToList();
        if (seen.Count > 0)
            findings.Warn($"Sidecar {sidecar.Name} spec.egress", $"shows the VM hosts on ports below 1024, which its proxy may not bind and which are left out: {string.Join(", ", seen.Take(10))}{(seen.Count > 10 ? $" and {seen.Count - 10} more" : "")}",
                "use --privileged-ports if the VM shall call them");
    }

    private string Proposal(EntrySurroundings around)
    {
        var service = around.Services?.FirstOrDefault(s => s.Spec?.Selector is { Count: > 0 } selector && selector.All(p => labels.GetValueOrDefault(p.Key) == p.Value));
        var port = service?.Spec?.Ports is [var first, ..] ? TargetOf(first) : "8080";
        var own = labels.Where(p => p.Key is "app" or "class").ToList();
        var chosen = (own.Count > 0 ? own : labels.Take(2)).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{Printable.Text(p.Key, 80)}: {Printable.Text(p.Value, 80)}");
        var workload = subject.Split(' ')[1].Split('/');
        return $$"""
            apiVersion: networking.istio.io/v1
            kind: Sidecar
            metadata:
              name: {{workload[1]}}
              namespace: {{workload[0]}}
            spec:
              workloadSelector:
                labels:
                  {{string.Join("\n      ", chosen)}}
              ingress:
              - port: {number: {{port}}, protocol: HTTP, name: http}
                defaultEndpoint: 127.0.0.1:{{port}}
              egress:
              - bind: 127.0.0.2
                hosts: ["./*"]
            """;
    }

    private static string TargetOf(ServicePort port) =>
        port.TargetPort is { ValueKind: System.Text.Json.JsonValueKind.Number } target ? target.GetRawText() : port.Port.ToString(CultureInfo.InvariantCulture);
}
