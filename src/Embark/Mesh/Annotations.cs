namespace Embark.Mesh;

/// <summary>One annotation of a WorkloadEntry (or of the system namespace): the source of its check, its help and its docs.</summary>
/// <param name="Name">Full name.</param>
/// <param name="Meaning">What it sets.</param>
/// <param name="Default">What holds without it.</param>
/// <param name="Grammar">What its value may look like.</param>
internal sealed record Annotation(string Name, string Meaning, string Default, FieldGrammar Grammar)
{
    /// <summary>Longest value, in characters.</summary>
    public int Cap { get; init; } = Mesh.Grammar.AnnotationCap;
}

/// <summary>The table of annotations (sidecar-bootstrap 4). An annotation beats a flag, a flag beats a default.</summary>
internal static class Annotations
{
    public const string Prefix = "sidecar-bootstrap.istio.io/";
    public const string SshHost = Prefix + "ssh-host";
    public const string SshPort = Prefix + "ssh-port";
    public const string SshUser = Prefix + "ssh-user";
    public const string ScpPath = Prefix + "scp-path";
    public const string Directory = Prefix + "proxy-config-dir";
    public const string ImageHub = Prefix + "proxy-image-hub";
    public const string ContainerName = Prefix + "proxy-container-name";
    public const string PortBase = Prefix + "proxy-port-base";
    public const string InstanceIp = Prefix + "proxy-instance-ip";
    public const string OverridesConfigMap = Prefix + "mesh-expansion-configmap";
    public const string KubernetesCaConfigMap = Prefix + "k8s-ca-root-cert-configmap";
    public const string ProxyConfig = "proxy.istio.io/config";
    public const string InterceptionMode = "sidecar.istio.io/interceptionMode";
    public const string ProxyImage = "sidecar.istio.io/proxyImage";
    public const string LogLevel = "sidecar.istio.io/logLevel";
    public const string ComponentLogLevel = "sidecar.istio.io/componentLogLevel";
    public const string AgentLogLevel = "sidecar.istio.io/agentLogLevel";
    public const string AutoRegistrationGroup = "istio.io/autoRegistrationGroup";
    public const string HealthChecks = "proxy.istio.io/health-checks-enabled";

    /// <summary>Those that the proxy's stats options read from meta.annotations.</summary>
    public static readonly IReadOnlySet<string> Stats = new HashSet<string>(StringComparer.Ordinal)
    {
        "sidecar.istio.io/statsInclusionPrefixes", "sidecar.istio.io/statsInclusionSuffixes", "sidecar.istio.io/statsInclusionRegexps",
        "sidecar.istio.io/extraStatTags", "sidecar.istio.io/statsHistogramBuckets", "sidecar.istio.io/statsFlushInterval",
    };

    public static IReadOnlyList<Annotation> OfWorkloadEntries { get; } =
    [
        new(SshHost, "IP address or name to reach the VM by SSH", "spec.address", Grammar.SshHost),
        new(SshPort, "SSH port", "--ssh-port, else 22", Grammar.Port),
        new(SshUser, "SSH user; needs Docker rights on the VM", "--ssh-user, else the user you are", Grammar.SshUserOfPolicy),
        new(Directory, "directory on the VM for configuration, token and certificates", "/var/lib/embark/NAMESPACE.NAME where that belongs to the SSH user, else .embark/NAMESPACE.NAME in its home", Grammar.Directory),
        new(ImageHub, "repository prefix of the proxy image", "the mesh's hub", Grammar.Repository),
        new(ProxyImage, "complete proxy image; beats hub and tag", "the mesh's image", Grammar.ImageReference),
        new(ContainerName, "name of the proxy's container", "istio-proxy", Grammar.ContainerName),
        new(PortBase, "first of the ports that the proxy takes for itself (that, and 20, 21 and 90 above; 100 more while it is replaced), where another mesh's proxy has the usual ones", "15000", Grammar.PortBase),
        new(InstanceIp, "IP address that the proxy binds, where spec.address is on no interface of the VM", "spec.address", Grammar.InstanceIp),
        new(ProxyConfig, "ProxyConfig as YAML, laid over the mesh's", "none", Grammar.Lines) { Cap = Grammar.ProxyConfigCap },
        new(InterceptionMode, "how the proxy gets traffic; only NONE is supported on VMs today", "NONE", Grammar.InterceptionMode),
        new(LogLevel, "Envoy's log level", "the mesh's, else warning", Grammar.LogLevel),
        new(ComponentLogLevel, "Envoy's log levels by component", "the mesh's, else misc:error", Grammar.ComponentLogLevel),
        new(AgentLogLevel, "log level of the agent", "the agent's own", Grammar.AgentLogLevel),
        new(HealthChecks, "\"true\": istiod takes the VM's health from the proxy; needs readinessProbe in the ProxyConfig", "health is not looked at", Grammar.Boolean),
        .. Stats.Order(StringComparer.Ordinal).Select(name => new Annotation(name, "statistics of Envoy, as for pods", "none", Grammar.Printable)),
        new(AutoRegistrationGroup, "set by istiod on entries it made itself; those are refused without --force", "none", Grammar.ObjectName),
    ];

    /// <summary>Those that say where the VM is and what our things there are called.</summary>
    public static IReadOnlyList<Annotation> OfReach { get; } = [.. OfWorkloadEntries.Where(a => a.Name is SshHost or SshPort or SshUser or Directory or ContainerName or PortBase)];

    public static IReadOnlyList<Annotation> OfSystemNamespace { get; } =
    [
        new(OverridesConfigMap, "ConfigMap of that namespace whose key PROXY_CONFIG is laid over the mesh's ProxyConfig for VMs", "none", Grammar.ObjectName),
        new(KubernetesCaConfigMap, "ConfigMap of that namespace whose key ca.crt is the cluster's CA (tetrate profile)", "kube-root-ca.crt", Grammar.ObjectName),
    ];
}
