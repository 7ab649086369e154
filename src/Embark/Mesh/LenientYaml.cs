using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Embark.Mesh;

/// <summary>
/// YAML of others, as JSON nodes: unknown fields do no harm, but size, depth and the growth by aliases are bounded, so that no
/// document can exhaust this machine.
/// </summary>
internal static partial class LenientYaml
{
    private const int MaxDepth = 64;
    private const int MaxNodes = 50_000;

    /// <summary>The document's mapping; empty when the text is. Null, and a problem, when it is none.</summary>
    public static JsonObject? Read(string text, string where, Findings findings)
    {
        if (Encoding.UTF8.GetByteCount(text) is > Grammar.FileCap and var size)
        {
            findings.Refuse(where, $"has {size} bytes; the limit is {Grammar.FileCap}", "make it smaller");
            return null;
        }
        try
        {
            return new Reading(text).Document();
        }
        catch (YamlException wrong)
        {
            findings.Refuse(where, $"is not valid YAML: line {wrong.Start.Line}: {Printable.Text(wrong.Message)}", "correct the YAML");
            return null;
        }
    }

    private sealed class Reading(string text)
    {
        private readonly Parser _parser = new(new StringReader(text));
        private readonly Dictionary<AnchorName, JsonNode?> _anchors = [];
        private int _nodes;

        public JsonObject Document()
        {
            _parser.Consume<StreamStart>();
            if (_parser.Accept<StreamEnd>(out _)) return [];
            var start = _parser.Consume<DocumentStart>();
            var root = Node(0);
            _parser.Consume<DocumentEnd>();
            if (!_parser.Accept<StreamEnd>(out _)) throw new YamlException(_parser.Current!.Start, _parser.Current.End, "there is more than one document");
            return root switch
            {
                null => [],
                JsonObject map => map,
                _ => throw new YamlException(start.Start, start.End, "it is not a map of fields"),
            };
        }

        private JsonNode? Node(int depth)
        {
            var at = _parser.Current!;
            if (depth > MaxDepth) throw new YamlException(at.Start, at.End, $"it is nested more than {MaxDepth} deep");
            Count(1, at);
            if (_parser.TryConsume<AnchorAlias>(out var alias)) return Copy(alias);
            var anchor = (at as NodeEvent)?.Anchor ?? AnchorName.Empty;
            var node = at switch
            {
                MappingStart => Map(depth),
                SequenceStart => List(depth),
                _ => Value(_parser.Consume<Scalar>()),
            };
            if (!anchor.IsEmpty) _anchors[anchor] = node;
            return node;
        }

        private JsonObject Map(int depth)
        {
            _parser.Consume<MappingStart>();
            var map = new JsonObject();
            while (!_parser.TryConsume<MappingEnd>(out _))
            {
                if (!_parser.TryConsume<Scalar>(out var key)) throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a key is not a plain value");
                var value = Node(depth + 1);
                if (!map.TryAdd(key.Value, value)) throw new YamlException(key.Start, key.End, $"the key {Printable.Text(key.Value, 60)} stands twice");
            }
            return map;
        }

        private JsonArray List(int depth)
        {
            _parser.Consume<SequenceStart>();
            var list = new JsonArray();
            while (!_parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(depth + 1));
            return list;
        }

        /// <summary>Aliases are copied, and every copy counts: a bomb of anchors ends here.</summary>
        private JsonNode? Copy(AnchorAlias alias)
        {
            if (!_anchors.TryGetValue(alias.Value, out var node)) throw new YamlException(alias.Start, alias.End, $"the alias {Printable.Text(alias.Value.Value, 60)} has no anchor");
            Count(Size(node), alias);
            return node?.DeepClone();
        }

        private static int Size(JsonNode? node) => node switch
        {
            JsonObject map => map.Sum(p => 1 + Size(p.Value)),
            JsonArray list => list.Sum(item => 1 + Size(item)),
            _ => 1,
        };

        private void Count(int nodes, ParsingEvent at)
        {
            _nodes += nodes;
            if (_nodes > MaxNodes) throw new YamlException(at.Start, at.End, $"it has more than {MaxNodes} values (aliases counted as often as they are used)");
        }
    }

    /// <summary>Plain scalars by the core schema of YAML 1.2; what is quoted is a string.</summary>
    private static JsonNode? Value(Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || scalar.Tag == "tag:yaml.org,2002:str") return JsonValue.Create(scalar.Value);
        var text = scalar.Value;
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(true),
            "false" or "False" or "FALSE" => JsonValue.Create(false),
            _ when WholeNumber().IsMatch(text) => Number(text),
            _ when JsonNumber().IsMatch(text) => JsonNode.Parse(text),
            _ => JsonValue.Create(text),
        };
    }

    private static JsonValue Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : JsonValue.Create(text);

    [GeneratedRegex(@"^[-+]?[0-9]{1,19}\z")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?\z")]
    private static partial Regex JsonNumber();
}
