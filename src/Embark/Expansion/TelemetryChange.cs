using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Embark.Expansion;

/// <summary>
/// The change of the mesh's configuration that makes sidecars send traces and access logs to the collector. The addresses are
/// part of a proxy's own start, so that no Sidecar can hide them, as it can hide a provider's cluster (protocols 6.2).
/// </summary>
/// <param name="Text">The whole key <c>mesh</c> after the change.</param>
/// <param name="Fields">Fields that are set, such as <c>enableTracing: true</c>.</param>
/// <param name="Problems">Fields that say something else already; nothing is changed while there are any.</param>
public sealed record TelemetryChange(string Text, IReadOnlyList<string> Fields, IReadOnlyList<Problem> Problems)
{
    /// <summary>What is to be said in MeshConfig, as dotted fields.</summary>
    /// <param name="systemNamespace">Where the collector's Service is.</param>
    public static IReadOnlyList<(string Field, string Value)> Wanted(string systemNamespace)
    {
        var collector = $"{ExpansionManifests.Collector}.{systemNamespace}.svc";
        return
        [
            ("enableTracing", "true"),
            ("enableEnvoyAccessLogService", "true"),
            ("defaultConfig.tracing.zipkin.address", $"{collector}:{GatewayPort.Traces.Number}"),
            ("defaultConfig.tracing.sampling", "100"),
            ("defaultConfig.envoyAccessLogService.address", $"{collector}:{GatewayPort.AccessLogs.Number}"),
        ];
    }

    /// <summary>The change of the text of a ConfigMap's key <c>mesh</c>; what it says of other things stays.</summary>
    public static TelemetryChange To(string mesh, string systemNamespace)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(mesh));
        }
        catch (YamlException wrong)
        {
            return new(mesh, [], [new("key mesh", $"is not valid YAML: line {wrong.Start.Line}: {Printable.Text(wrong.Message)}", "correct the mesh configuration")]);
        }
        if (stream.Documents.Count == 0) stream.Documents.Add(new(new YamlMappingNode()));
        if (stream.Documents[0].RootNode is not YamlMappingNode root) return new(mesh, [], [new("key mesh", "is not a map of fields", "correct the mesh configuration")]);
        List<string> fields = [];
        List<Problem> problems = [];
        foreach (var (field, value) in Wanted(systemNamespace))
        {
            if (Set(root, field.Split('.'), value) is not { } other) fields.Add($"{field}: {value}");
            else if (other != value && field != "defaultConfig.tracing.sampling") problems.Add(new($"key mesh {field}", $"is \"{Printable.Text(other, 80)}\" already, not \"{value}\"", "decide which of the two shall be told, and change it by hand"));
        }
        if (fields.Count == 0 || problems.Count > 0) return new(mesh, fields, problems);
        using var text = new StringWriter { NewLine = "\n" };
        stream.Save(text, assignAnchors: false);
        return new(text.ToString().TrimEnd('.', '\n') + "\n", fields, problems);
    }

    /// <summary>Null when it was set; else what stands there.</summary>
    private static string? Set(YamlMappingNode map, ReadOnlySpan<string> path, string value)
    {
        var present = map.Children.TryGetValue(new YamlScalarNode(path[0]), out var node);
        if (path.Length == 1)
        {
            if (present) return (node as YamlScalarNode)?.Value ?? "a map";
            map.Add(path[0], value);
            return null;
        }
        if (present && node is not YamlMappingNode) return (node as YamlScalarNode)?.Value ?? "a list";
        if (!present) map.Add(path[0], node = new YamlMappingNode());
        return Set((YamlMappingNode)node!, path[1..], value);
    }
}
