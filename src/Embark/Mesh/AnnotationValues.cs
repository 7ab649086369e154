using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Annotations of one object, each checked against the table as it is asked for (sidecar-bootstrap 4).</summary>
internal sealed class AnnotationValues(string subject, ObjectMeta meta, Findings findings)
{
    private readonly IReadOnlyDictionary<string, string> _values = meta.Annotations ?? new Dictionary<string, string>();
    private readonly Dictionary<string, string> _good = new(StringComparer.Ordinal);

    /// <summary>Those that passed and mean something to Istio or Embark.</summary>
    public IReadOnlyDictionary<string, string> Good => _good;

    public string Where(string name) => $"{subject} metadata.annotations[{name}]";

    /// <summary>Checks these annotations at once; bad ones are reported and then count as absent.</summary>
    public void Check(IReadOnlyList<Annotation> table)
    {
        foreach (var annotation in table)
        {
            if (!_values.TryGetValue(annotation.Name, out var value)) continue;
            if (value.Length > annotation.Cap)
                findings.Refuse(Where(annotation.Name), $"has {value.Length} characters; the limit is {annotation.Cap}", "shorten it");
            else if (!annotation.Grammar.Accepts(value))
                findings.Refuse(Where(annotation.Name), $"\"{Printable.Text(value)}\" must be {annotation.Grammar.Description}", "correct or remove the annotation");
            else
                _good[annotation.Name] = value;
        }
        if (table.Count != Annotations.OfWorkloadEntries.Count) return;
        foreach (var (name, value) in _values.Where(p => p.Key.Contains("istio.io/", StringComparison.Ordinal) && !IsInTable(p.Key))) CheckOther(name, value);
    }

    /// <summary>Null when absent or bad.</summary>
    public string? this[string name] => _good.GetValueOrDefault(name);

    public bool Has(string name) => _values.ContainsKey(name);

    private void CheckOther(string name, string value)
    {
        if (value.Length > Grammar.AnnotationCap) findings.Refuse(Where(Printable.Text(name, 120)), $"has {value.Length} characters; the limit is {Grammar.AnnotationCap}", "shorten it");
        else if (Grammar.HasControlCharacter(value)) findings.Refuse(Where(Printable.Text(name, 120)), $"\"{Printable.Text(value)}\" holds a control character", "remove it");
        else _good[name] = value;

        if (name == Annotations.ScpPath)
            findings.Warn(Where(name), "is ignored: files are not copied by scp", "remove it");
        else if (name is Annotations.OverridesConfigMap or Annotations.KubernetesCaConfigMap)
            findings.Warn(Where(name), "has no effect on a WorkloadEntry", "set it on the Namespace of the control plane");
        else if (name.StartsWith(Annotations.Prefix, StringComparison.Ordinal) || name.StartsWith("sidecar-bootstrap.istioctl.istio.io/", StringComparison.Ordinal))
            findings.Warn(Where(Printable.Text(name, 120)), "is not known and has no effect", Suggestion(name));
    }

    private static string Suggestion(string name)
    {
        var own = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        var near = NearNames.Of(own, Annotations.OfWorkloadEntries.Where(a => a.Name.StartsWith(Annotations.Prefix, StringComparison.Ordinal)).Select(a => a.Name[Annotations.Prefix.Length..]));
        return near.Count == 0 ? "remove it" : $"write {Annotations.Prefix}{near[0]}";
    }

    private static bool IsInTable(string name) => Annotations.OfWorkloadEntries.Any(a => a.Name == name);
}
