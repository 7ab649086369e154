using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer;

/// <summary>The YAML files that travel inside the program (folder Cluster).</summary>
internal static class ClusterFiles
{
    public static IReadOnlyList<JsonObject> Read(string name)
    {
        using var stream = typeof(ClusterFiles).Assembly.GetManifestResourceStream($"cluster/{name}")
            ?? throw new InvalidOperationException($"embedded file cluster/{name} is missing");
        using var reader = new StreamReader(stream);
        return YamlText.ParseDocuments(reader.ReadToEnd());
    }
}
