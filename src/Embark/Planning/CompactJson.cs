using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Embark.Planning;

/// <summary>JSON on one line, for values of environment variables.</summary>
internal static class CompactJson
{
    /// <summary>Minimal escaping; <paramref name="asGo"/> also writes &lt;, &gt; and &amp; as \u003c, \u003e, \u0026 as the original does.</summary>
    public static string Write(JsonNode? node, bool asGo = false)
    {
        var text = new StringBuilder();
        Append(text, node, asGo);
        return text.ToString();
    }

    /// <summary>An object of strings, keys sorted ordinally.</summary>
    public static string WriteSorted(IEnumerable<KeyValuePair<string, string>> map, bool asGo = false) =>
        Write(new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value)))), asGo);

    private static void Append(StringBuilder text, JsonNode? node, bool asGo)
    {
        switch (node)
        {
            case JsonObject map:
                AppendAll(text, '{', '}', map, p =>
                {
                    AppendString(text, p.Key, asGo);
                    text.Append(':');
                    Append(text, p.Value, asGo);
                });
                break;
            case JsonArray list:
                AppendAll(text, '[', ']', list, item => Append(text, item, asGo));
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                AppendString(text, value.GetValue<string>(), asGo);
                break;
            default:
                text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, char close, IEnumerable<T> items, Action<T> append)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first) text.Append(',');
            first = false;
            append(item);
        }
        text.Append(close);
    }

    private static void AppendString(StringBuilder text, string value, bool asGo)
    {
        text.Append('"');
        foreach (var c in value)
        {
            if (c is '"' or '\\') text.Append('\\').Append(c);
            else if (c == '\n') text.Append("\\n");
            else if (c == '\r') text.Append("\\r");
            else if (c == '\t') text.Append("\\t");
            else if (c < ' ' || (asGo && c is '<' or '>' or '&' or '\u2028' or '\u2029'))
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else text.Append(c);
        }
        text.Append('"');
    }
}
