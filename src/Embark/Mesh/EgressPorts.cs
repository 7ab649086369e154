namespace Embark.Mesh;

/// <summary>Hosts that a Sidecar shows to its proxy on ports below 1024, as far as the namespace's own objects tell.</summary>
internal static class EgressPorts
{
    public static IEnumerable<string> Low(SidecarSettings sidecar, EntrySurroundings around)
    {
        var ns = sidecar.Name.Namespace;
        var hosts = (around.Services ?? []).SelectMany(s => (s.Spec?.Ports ?? []).Select(p => (Host: $"{s.Metadata.Name}.{s.Metadata.Namespace}.svc.cluster.local", p.Port)))
            .Concat((around.ServiceEntries ?? []).SelectMany(e => (e.Spec?.Hosts ?? []).SelectMany(h => (e.Spec?.Ports ?? []).Select(p => (Host: h, Port: p.Number)))));
        return hosts.Where(h => h.Port is > 0 and < 1024 && IsShown(h.Host)).Select(h => $"{Printable.Text(h.Host, 120)}:{h.Port}").Distinct(StringComparer.Ordinal);

        bool IsShown(string host) => sidecar.EgressHosts.Count == 0 || sidecar.EgressHosts.Any(e => e.Split('/') is [var where, var pattern]
            && (where is "*" or "." || where == ns)
            && (pattern == "*" || pattern == host || (pattern.StartsWith("*.", StringComparison.Ordinal) && host.EndsWith(pattern[1..], StringComparison.Ordinal))));
    }
}
