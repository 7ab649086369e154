using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>What the rows of the environment are computed from.</summary>
internal sealed record EnvironmentInputs(MeshSettings Mesh, WorkloadEntry Workload, ProxyConfiguration Config)
{
    public bool Bridge { get; init; }
}

/// <summary>One variable of sidecar.env: its row in sidecar-bootstrap 5.2, why it is written, and its value per profile (null: no line).</summary>
internal sealed record EnvironmentRow(
    string Number, string Name, string Why, Func<EnvironmentInputs, string?> Modern, Func<EnvironmentInputs, string?> Tetrate);

/// <summary>sidecar.env as a table: the only place that knows the variables.</summary>
internal static class SidecarEnvironment
{
    public static IReadOnlyList<EnvironmentRow> Rows { get; } =
    [
        new("1", "JWT_POLICY", "agents take a token of limited life", _ => "third-party-jwt", _ => "third-party-jwt"),
        new("2", "PROV_CERT", "the certificate that renews itself is the one the agent wrote", _ => Certs, _ => TetrateCerts),
        new("3", "OUTPUT_CERTS", "kept on the VM, so that a restart needs no token", _ => Certs, _ => TetrateCerts),
        new("4", "PILOT_CERT_PROVIDER", "istiod signs", _ => "istiod", _ => "istiod"),
        new("5", "CA_ADDR", "only a CA of its own: once set, ISTIOD_SAN no longer applies to it", i => i.Config.CaAddress, i => i.Config.CaAddress ?? ""),
        new("6", "CA_SNI", "read by agents of Istio 1.7 only", _ => null, i => Sni(i, i.Config.CaAddress)),
        new("7", "PILOT_SNI", "read by agents of Istio 1.7 only", _ => null, i => Sni(i, i.Config.DiscoveryAddress)),
        new("7a", "ISTIOD_SAN", "istiod's certificate carries its name inside the cluster, not the gateway's", i => i.Config.IstiodSan, _ => null),
        new("8", "POD_NAME", "node id", i => i.Workload.Name.Name, i => $"{i.Workload.Name.Name}-{AddressHash(i.Workload.Address)}"),
        new("9", "POD_NAMESPACE", "node id; must match the token", i => i.Workload.Name.Namespace, i => i.Workload.Name.Namespace),
        new("10", "IDENTITY_IP", "read by agents of Istio 1.7 only", _ => null, i => i.Workload.Address ?? ""),
        new("11", "INSTANCE_IP", "address that the inbound listeners bind", i => i.Workload.InstanceIp.ToString(), i => i.Workload.InstanceIp.ToString()),
        new("12", "SERVICE_ACCOUNT", "identity; a mismatch with the token is refused by istiod", i => i.Workload.ServiceAccount, i => i.Workload.ServiceAccount),
        new("12a", "TRUST_DOMAIN", "name in the certificate request", i => i.Mesh.TrustDomain, _ => null),
        new("13", "HOST_IP", "replaces $(HOST_IP) in tracer addresses", i => i.Config.HoldsHostIp ? i.Workload.InstanceIp.ToString() : null, i => i.Workload.Address ?? ""),
        new("14", "CANONICAL_SERVICE", "read by agents of Istio 1.7 only", _ => null, i => Label(i, "service.istio.io/canonical-name")),
        new("15", "CANONICAL_REVISION", "read by agents of Istio 1.7 only", _ => null, i => Label(i, "service.istio.io/canonical-revision")),
        new("16", "PROXY_CONFIG", "the merged ProxyConfig", i => CompactJson.Write(i.Config.Json), i => CompactJson.Write(i.Config.Json, asGo: true)),
        new("17", "ISTIO_META_CLUSTER_ID", "an unknown id is refused by istiod", i => i.Mesh.ClusterName, i => i.Mesh.ClusterName),
        new("18", "ISTIO_META_INTERCEPTION_MODE", "absent means REDIRECT: ready, but with the wrong listeners", Interception, Interception),
        new("19", "ISTIO_META_NETWORK", "decides between gateways and direct addresses", i => NonEmpty(Network(i)), Network),
        new("20", "ISTIO_METAJSON_LABELS", "without labels no Sidecar applies", i => NonEmpty(WorkloadLabels.Modern(i.Workload)), i => WorkloadLabels.Tetrate(i.Workload)),
        new("21", "ISTIO_METAJSON_ISTIO_ANNOTATIONS", "read by agents of Istio 1.7 only", _ => null, i => StatsAnnotations.Tetrate(i.Workload)),
        new("21a", "ISTIO_METAJSON_ANNOTATIONS", "the stats options read meta.annotations", i => StatsAnnotations.Modern(i.Workload), _ => null),
        new("22", "ISTIO_META_WORKLOAD_NAME", "telemetry", WorkloadName, i => i.Workload.LabelInSpecOrMetadata("app") ?? i.Workload.ServiceAccount),
        new("23", "ISTIO_META_OWNER", "telemetry", i => Owner(i, "v1"), i => Owner(i, "v1beta1")),
        new("24", "ISTIO_META_MESH_ID", "ProxyConfig.meshId does not fill it", MeshId, i => NonEmpty(i.Mesh.MeshId) ?? i.Mesh.GlobalTrustDomain),
        new("25", "ISTIO_META_WORKLOAD_ENTRY", "lets istiod keep the health of an entry made by hand", i => ReportsHealth(i) && !i.Bridge ? i.Workload.Name.Name : null, _ => null),
        new("26", "ISTIO_META_UNPRIVILEGED_POD", "istiod leaves out ports that the proxy may not bind", i => MayBindLowPorts(i) ? null : "true", _ => null),
        new("bridge", AgentPorts.ReadinessVariable, "readiness port of the bridge (5.7), or of a second mesh's proxy", i => OwnPorts(i)?.Readiness.ToText(), _ => null),
        new("bridge", AgentPorts.MetricsVariable, "metrics port of the bridge (5.7), or of a second mesh's proxy", i => OwnPorts(i)?.Metrics.ToText(), _ => null),
    ];

    /// <summary>Text of the file: first proxyMetadata sorted by key, then the table; each name once, the table's value wins.</summary>
    public static string For(EnvironmentInputs inputs, Findings findings)
    {
        var tetrate = inputs.Workload.Vm.Options.Profile == Profile.Tetrate;
        var rows = Rows.Select(row => (row.Name, Value: tetrate ? row.Tetrate(inputs) : row.Modern(inputs)))
            .Where(row => row.Value is not null).Select(row => KeyValuePair.Create(row.Name, row.Value!)).ToList();
        var written = rows.Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var metadata = inputs.Config.Metadata.Where(p => !written.Contains(p.Key)).OrderBy(p => p.Key, StringComparer.Ordinal);

        var text = new StringBuilder();
        foreach (var (name, value) in metadata.Concat(rows))
        {
            EnvironmentLine.Check(inputs.Workload.Name, name, value, findings);
            text.Append(name).Append('=').Append(value).Append('\n');
        }
        return text.ToString();
    }

    private const string Certs = "/etc/certs";
    private const string TetrateCerts = "/var/run/secrets/istio";

    private static AgentPorts? OwnPorts(EnvironmentInputs i) =>
        i.Bridge ? i.Workload.Vm.Ports.Beside : i.Workload.Vm.Ports == AgentPorts.Standard ? null : i.Workload.Vm.Ports;

    private static string Interception(EnvironmentInputs i) => i.Workload.InterceptionMode.ToString().ToUpperInvariant();

    private static string Network(EnvironmentInputs i) => i.Workload.Network ?? i.Mesh.ClusterNetwork;

    private static string Label(EnvironmentInputs i, string name) => i.Workload.MetadataLabels.GetValueOrDefault(name, "");

    private static string Owner(EnvironmentInputs i, string version) =>
        $"kubernetes://apis/networking.istio.io/{version}/namespaces/{i.Workload.Name.Namespace}/workloadentries/{i.Workload.Name.Name}";

    private static string WorkloadName(EnvironmentInputs i) =>
        NonEmpty(i.Workload.Annotations.GetValueOrDefault(Annotations.AutoRegistrationGroup)) ?? NonEmpty(i.Workload.EffectiveLabels.GetValueOrDefault("service.istio.io/workload-name"))
        ?? i.Workload.Name.Name;

    private static string MeshId(EnvironmentInputs i) =>
        NonEmpty(i.Mesh.MeshId) ?? NonEmpty(ProxyConfigLayers.Text(i.Mesh.DefaultConfig, "meshId")) ?? i.Mesh.TrustDomain;

    private static bool ReportsHealth(EnvironmentInputs i) => i.Workload.HealthChecks && i.Config.Json["readinessProbe"] is JsonObject;

    private static string Sni(EnvironmentInputs i, string? address)
    {
        var host = HostAndPort.Parse(address)?.Host ?? address ?? "";
        return ClusterHost.Original(host, i.Workload.Name.Namespace) is null ? $"istiod.{i.Mesh.SystemNamespace}.svc" : "";
    }

    private static string AddressHash(string? address) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address ?? "")))[..7];

    /// <summary>With --force an ingress port below 1024 is taken for one that the VM's own settings let every user bind.</summary>
    private static bool MayBindLowPorts(EnvironmentInputs i) =>
        i.Workload.Vm.Options.PrivilegedPorts || (i.Workload.Vm.Options.Force && i.Workload.Vm.IngressPorts.Any(p => p < 1024));

    private static string? NonEmpty(string? value) => string.IsNullOrEmpty(value) ? null : value;
}
