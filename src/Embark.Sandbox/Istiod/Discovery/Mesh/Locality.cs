namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>Where a workload runs; all empty when unknown.</summary>
internal readonly record struct Locality(string Region, string Zone, string SubZone)
{
    public static readonly Locality Unknown = new("", "", "");

    /// <summary>From the labels of a Node.</summary>
    public static Locality OfLabels(IReadOnlyDictionary<string, string> labels) => new(
        labels.First(Labels.Region) ?? "", labels.First(Labels.Zone) ?? "", labels.First(Labels.SubZone) ?? "");

    /// <summary>From <c>region/zone/subzone</c>, or with dots, as a label has to write it.</summary>
    public static Locality Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return Unknown;
        var parts = text.Split(text.Contains('/') ? '/' : '.');
        return new(parts[0], parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2) ?? "");
    }
}
