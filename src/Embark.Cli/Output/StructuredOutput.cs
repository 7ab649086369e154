using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Cli.Options;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Embark.Cli.Output;

/// <summary>Prints a result as JSON or YAML: the same members in the same order.</summary>
internal static class StructuredOutput
{
    public static void Write(TextWriter output, OutputFormat format, JsonNode value)
    {
        if (format == OutputFormat.Yaml) WriteYaml(output, value);
        else output.WriteLine(Json(value));
    }

    private static string Json(JsonNode value)
    {
        using var buffer = new MemoryStream();
        // Relaxed: paths and messages stay readable; the output is no HTML.
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" }))
            value.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    private static void WriteYaml(TextWriter output, JsonNode value)
    {
        using var text = new StringWriter { NewLine = "\n" };
        new YamlStream(new YamlDocument(Yaml(value))).Save(text, assignAnchors: false);
        output.Write(text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('.', '\n') + "\n");
    }

    private static YamlNode Yaml(JsonNode? node) => node switch
    {
        JsonObject members => new YamlMappingNode(members.SelectMany(member => new[] { new YamlScalarNode(member.Key), Yaml(member.Value) })),
        JsonArray items => new YamlSequenceNode(items.Select(Yaml)),
        null => new YamlScalarNode("null"),
        _ when node.GetValueKind() == JsonValueKind.String => Text(node.GetValue<string>()),
        _ => new YamlScalarNode(node.ToJsonString()),
    };

    // Quoted, so that "true", "1" and "null" stay text; blocks for what has lines.
    private static YamlScalarNode Text(string value) => new(value) { Style = value.Contains('\n') ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted };
}
