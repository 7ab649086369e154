using System.Net;
using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>How the proxy gets traffic (<c>sidecar.istio.io/interceptionMode</c>).</summary>
public enum InterceptionMode
{
    /// <summary>The application and the proxy bind their own addresses: nothing is captured. Default.</summary>
    None,

    /// <summary>Packet rules redirect (uid 1337 only).</summary>
    Redirect,

    /// <summary>Transparent proxying.</summary>
    Tproxy,
}

/// <summary>A WorkloadEntry, checked at the door: what of it stands for one VM.</summary>
public sealed record WorkloadEntry
{
    /// <summary>Namespace and name.</summary>
    public required NamespacedName Name { get; init; }

    /// <summary>resourceVersion it was read at.</summary>
    public string? ResourceVersion { get; init; }

    /// <summary>spec.address: IP or host name; null when absent.</summary>
    public string? Address { get; init; }

    /// <summary>Service account whose identity the VM has.</summary>
    public required string ServiceAccount { get; init; }

    /// <summary>spec.network; null when absent.</summary>
    public string? Network { get; init; }

    /// <summary>spec.labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>metadata.labels.</summary>
    public required IReadOnlyDictionary<string, string> MetadataLabels { get; init; }

    /// <summary>Address that the proxy binds.</summary>
    public required IPAddress InstanceIp { get; init; }

    /// <summary>What the annotations say of the VM.</summary>
    public required VmSettings Vm { get; init; }

    /// <summary>Annotations, each value checked against its grammar.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>ProxyConfig of the annotation <c>proxy.istio.io/config</c>: the last layer; null for none.</summary>
    public JsonObject? ProxyConfig { get; init; }

    /// <summary>How the proxy gets traffic.</summary>
    public InterceptionMode InterceptionMode { get; init; }

    /// <summary>True when istiod shall take the VM's health from the proxy (<c>proxy.istio.io/health-checks-enabled</c>).</summary>
    public bool HealthChecks { get; init; }

    /// <summary>Namespaces that are known to exist among those that two-label host names of <see cref="ProxyConfig"/> name.</summary>
    public IReadOnlySet<string> Namespaces { get; init; } = new HashSet<string>();

    /// <summary>The Sidecar that applies to the VM; null when none was found or none could be read.</summary>
    public SidecarSettings? Sidecar { get; init; }

    /// <summary>HTTP ports of Services in the entry's namespace; empty when they could not be read.</summary>
    public IReadOnlyList<MeshService> Services { get; init; } = [];

    /// <summary>Names that the VM shall find in its <c>/etc/hosts</c>; null when they were not asked for.</summary>
    public MeshNames? Names { get; init; }

    /// <summary>Things worth knowing that stop nothing.</summary>
    public IReadOnlyList<Problem> Warnings { get; init; } = [];

    /// <summary>Labels as istiod sees them: spec.labels overlaid by metadata.labels.</summary>
    public IReadOnlyDictionary<string, string> EffectiveLabels => Overlay(Labels, MetadataLabels);

    /// <summary>Value of a label in spec, else in metadata; null when absent or empty.</summary>
    internal string? LabelInSpecOrMetadata(string name) => NonEmpty(Labels, name) ?? NonEmpty(MetadataLabels, name);

    private static Dictionary<string, string> Overlay(IReadOnlyDictionary<string, string> lower, IReadOnlyDictionary<string, string> upper)
    {
        var all = new Dictionary<string, string>(lower, StringComparer.Ordinal);
        foreach (var (name, value) in upper) all[name] = value;
        return all;
    }

    private static string? NonEmpty(IReadOnlyDictionary<string, string> labels, string name) =>
        labels.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
}
