using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Expansion;

/// <summary>The CustomResourceDefinition of ControlPlane: the file that the chart installs.</summary>
internal static class ControlPlaneDefinition
{
    public const string Name = "controlplanes.install.tetrate.io";

    public static JsonObject Read()
    {
        using var stream = typeof(ControlPlaneDefinition).Assembly.GetManifestResourceStream("controlplanes.yaml")!;
        using var reader = new StreamReader(stream);
        var findings = new Findings();
        var definition = LenientYaml.Read(reader.ReadToEnd(), "controlplanes.yaml", findings);
        return definition ?? throw new InvalidOperationException(findings.Problems[0].ToString());
    }
}
