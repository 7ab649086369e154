using Embark.Mesh;

namespace Embark.Planning;

/// <summary>Value of ISTIO_METAJSON_LABELS (sidecar-bootstrap 5.2, rows 20 and 20a).</summary>
internal static class WorkloadLabels
{
    private const string CanonicalName = "service.istio.io/canonical-name";
    private const string CanonicalRevision = "service.istio.io/canonical-revision";

    /// <summary>istiod's order (metadata over spec) and the canonical labels, which traces need and agents do not derive.</summary>
    public static string Modern(WorkloadEntry workload)
    {
        var labels = new Dictionary<string, string>(workload.EffectiveLabels, StringComparer.Ordinal);
        if (labels.Count == 0 && !workload.Vm.Options.Force) return "";
        labels.TryAdd(CanonicalName, First(labels, "app.kubernetes.io/name", "app") ?? Cut(workload.Name.Name));
        labels.TryAdd(CanonicalRevision, First(labels, "app.kubernetes.io/version", "version") ?? "latest");
        return CompactJson.WriteSorted(labels);
    }

    /// <summary>metadata.labels overlaid by spec.labels, as the original does; empty when there are none.</summary>
    public static string Tetrate(WorkloadEntry workload)
    {
        var labels = new Dictionary<string, string>(workload.MetadataLabels, StringComparer.Ordinal);
        foreach (var (name, value) in workload.Labels) labels[name] = value;
        return labels.Count == 0 ? "" : CompactJson.WriteSorted(labels, asGo: true);
    }

    private static string? First(Dictionary<string, string> labels, params string[] names) =>
        names.Select(n => labels.GetValueOrDefault(n)).FirstOrDefault(v => !string.IsNullOrEmpty(v));

    // A label value has at most 63 characters, a WorkloadEntry's name up to 253.
    private static string Cut(string name) => name.Length <= 63 ? name : name[..63].TrimEnd('-', '.');
}
