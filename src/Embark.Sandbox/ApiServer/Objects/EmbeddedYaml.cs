using System.Text.Json.Nodes;

namespace Embark.Sandbox.ApiServer.Objects;

/// <summary>YAML files that travel inside the program.</summary>
internal static class EmbeddedYaml
{
    public static IReadOnlyList<JsonObject> Read(string name)
    {
        using var stream = typeof(EmbeddedYaml).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"embedded file {name} is missing");
        using var reader = new StreamReader(stream);
        return YamlText.ParseDocuments(reader.ReadToEnd());
    }
}
