using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Tables;

/// <summary>The part of JSONPath that printer columns use: <c>.a.b</c>, <c>[0]</c>, <c>[*]</c>, <c>[?(@.type=="Ready")]</c>, <c>\.</c> in names.</summary>
internal static partial class JsonPath
{
    public static IEnumerable<JsonNode> Find(JsonNode root, string path)
    {
        IEnumerable<JsonNode> found = [root];
        foreach (Match step in Step().Matches(path))
            found = [.. found.SelectMany(node => Follow(node, step))];
        return found;
    }

    private static IEnumerable<JsonNode> Follow(JsonNode node, Match step)
    {
        if (step.Groups["name"] is { Success: true } name)
            return node.At(name.Value.Replace("\\.", ".", StringComparison.Ordinal)) is { } member ? [member] : [];
        if (step.Groups["key"] is { Success: true } key)
            return node.At(key.Value) is { } member ? [member] : [];
        if (node is not JsonArray items)
            return [];
        if (step.Groups["index"] is { Success: true } index)
            return int.TryParse(index.Value, out var at) && at < items.Count && items[at] is { } item ? [item] : [];
        if (step.Groups["field"] is { Success: true } field)
            return items.OfType<JsonNode>().Where(item => item.At(field.Value.Split('.'))?.ToString() == step.Groups["value"].Value);
        return items.OfType<JsonNode>();
    }

    [GeneratedRegex("""\.(?<name>(?:\\\.|[^.\[\]])+)|\[(?<index>\d+)\]|\['(?<key>[^']+)'\]|\[\?\(@\.(?<field>[A-Za-z0-9_.]+)\s*==\s*["'](?<value>[^"']*)["']\)\]|\[\*\]""")]
    private static partial Regex Step();
}
