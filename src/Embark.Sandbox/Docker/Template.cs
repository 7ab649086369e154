using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Embark.Sandbox.Docker;

/// <summary>
/// The part of Go's templates that people use with docker: fields, variables, <c>json</c>, <c>index</c>, <c>len</c>, <c>println</c>,
/// <c>join</c>, <c>eq</c>, <c>ne</c>, <c>not</c>, pipes, <c>if</c>/<c>else</c> and <c>range</c>.
/// </summary>
internal sealed partial class Template
{
    private readonly string[] _parts;
    private readonly StringBuilder _text = new();
    private int _at;

    private Template(string text) => _parts = Action().Split(text.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal));

    public static string Render(string text, JsonNode? data)
    {
        var template = new Template(text);
        template.Block(data, [], write: true);
        return template._text.ToString();
    }

    // _parts alternates between plain text and the inside of {{ }}.
    private string Block(JsonNode? dot, Dictionary<string, JsonNode?> variables, bool write)
    {
        while (_at < _parts.Length)
        {
            var part = _parts[_at];
            var isAction = _at++ % 2 == 1;
            if (!isAction)
            {
                if (write)
                    _text.Append(part);
                continue;
            }
            var action = part.Trim();
            var word = action.Split(' ', 2)[0];
            switch (word)
            {
                case "end" or "else":
                    return action;
                case "if":
                    If(action[2..], dot, variables, write);
                    break;
                case "with":
                    var value = Pipe(action[4..], dot, variables);
                    Block(value, variables, write && Truth(value));
                    break;
                case "range":
                    Range(action[5..].Trim(), dot, variables, write);
                    break;
                default:
                    if (write)
                        _text.Append(Show(Pipe(action, dot, variables)));
                    break;
            }
        }
        return "";
    }

    private void If(string condition, JsonNode? dot, Dictionary<string, JsonNode?> variables, bool write)
    {
        var holds = write && Truth(Pipe(condition, dot, variables));
        var ending = Block(dot, variables, holds);
        if (ending.StartsWith("else if ", StringComparison.Ordinal))
            If(ending["else if ".Length..], dot, variables, write && !holds);
        else if (ending == "else")
            Block(dot, variables, write && !holds);
    }

    private void Range(string clause, JsonNode? dot, Dictionary<string, JsonNode?> variables, bool write)
    {
        string[] names = [];
        if (clause.IndexOf(":=", StringComparison.Ordinal) is var assign and > 0)
            (names, clause) = (clause[..assign].Split(',', StringSplitOptions.TrimEntries), clause[(assign + 2)..]);
        IEnumerable<(JsonNode? Key, JsonNode? Value)> items = (write ? Pipe(clause, dot, variables) : null) switch
        {
            JsonArray array => array.Select((item, i) => ((JsonNode?)JsonValue.Create(i), item)),
            JsonObject map => map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ((JsonNode?)JsonValue.Create(pair.Key), pair.Value)),
            _ => [],
        };
        var start = _at;
        var any = false;
        foreach (var (key, value) in items)
        {
            any = true;
            _at = start;
            var scope = new Dictionary<string, JsonNode?>(variables);
            if (names is [var only])
                scope[only] = value;
            else if (names is [var first, var second])
                (scope[first], scope[second]) = (key, value);
            Block(value, scope, write: true);
        }
        if (!any)
            Block(dot, variables, write: false);
    }

    private static JsonNode? Pipe(string text, JsonNode? dot, Dictionary<string, JsonNode?> variables)
    {
        JsonNode? value = null;
        var first = true;
        foreach (var command in Tokens(text).Aggregate(new List<List<string>> { new() }, (all, token) =>
                 {
                     if (token == "|")
                         all.Add([]);
                     else
                         all[^1].Add(token);
                     return all;
                 }))
        {
            value = Call(command, dot, variables, first ? [] : [value]);
            first = false;
        }
        return value;
    }

    private static JsonNode? Call(List<string> command, JsonNode? dot, Dictionary<string, JsonNode?> variables, List<JsonNode?> piped)
    {
        List<JsonNode?> arguments = [.. command.Skip(1).Select(token => Operand(token, dot, variables)), .. piped];
        return command[0] switch
        {
            "json" => arguments[0] is null ? "null" : arguments[0]!.ToJsonString(Relaxed.Options),
            "index" => arguments.Skip(1).Aggregate(arguments[0], Index),
            "len" => arguments[0] switch { JsonArray array => array.Count, JsonObject map => map.Count, var other => Show(other).Length },
            "println" => string.Join(' ', arguments.Select(Show)) + "\n",
            "print" => string.Concat(arguments.Select(Show)),
            "join" => string.Join(Show(arguments[1]), ((JsonArray)arguments[0]!).Select(Show)),
            "upper" => Show(arguments[0]).ToUpperInvariant(),
            "lower" => Show(arguments[0]).ToLowerInvariant(),
            "eq" => arguments.Skip(1).Any(other => Show(other) == Show(arguments[0])),
            "ne" => Show(arguments[0]) != Show(arguments[1]),
            "not" => !Truth(arguments[0]),
            ".Label" => Index(Index(dot, "LabelMap"), arguments[0]),
            "table" => "",
            var operand when arguments.Count == 0 => Operand(operand, dot, variables),
            var unknown => throw new DockerException($"template parsing error: template: :1: function \"{unknown}\" not defined", 64),
        };
    }

    private static JsonNode? Operand(string token, JsonNode? dot, Dictionary<string, JsonNode?> variables)
    {
        if (token.StartsWith('"') || token.StartsWith('`'))
            return token[1..^1];
        if (long.TryParse(token, null, out var number))
            return number;
        if (token.StartsWith('('))
            return Pipe(token[1..^1], dot, variables);
        if (token is "true" or "false")
            return token == "true";
        var names = token.TrimStart('$').Split('.');
        var value = dot;
        if (token.StartsWith('$'))
            value = names[0].Length == 0 ? dot : variables.GetValueOrDefault("$" + names[0]);
        foreach (var name in names.Skip(1).Where(name => name.Length > 0))
            value = value is JsonObject map && map.TryGetPropertyValue(name, out var member) ? member
                : throw new DockerException($"template: :1:2: executing \"\" at <{token}>: map has no entry for key \"{name}\"", 64);
        return value;
    }

    private static JsonNode? Index(JsonNode? from, JsonNode? key) => from switch
    {
        JsonObject map => map.TryGetPropertyValue(Show(key), out var value) ? value : null,
        JsonArray array when int.TryParse(Show(key), null, out var i) && i < array.Count => array[i],
        null => null,
        _ => throw new DockerException("template: :1: error calling index: out of range", 64),
    };

    private static bool Truth(JsonNode? value) => value switch
    {
        null => false,
        JsonArray array => array.Count > 0,
        JsonObject map => map.Count > 0,
        _ => Show(value) is not ("" or "false" or "0"),
    };

    private static string Show(JsonNode? value) => value switch
    {
        null => "",
        JsonArray array => $"[{string.Join(' ', array.Select(Show))}]",
        JsonObject map => $"map[{string.Join(' ', map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{Show(pair.Value)}"))}]",
        JsonValue text when text.TryGetValue<string>(out var s) => s,
        _ => value.ToJsonString(),
    };

    private static IEnumerable<string> Tokens(string text) => Token().Matches(text).Select(match => match.Value);

    [GeneratedRegex(@"\{\{-?\s*(.*?)\s*-?\}\}", RegexOptions.Singleline)]
    private static partial Regex Action();

    [GeneratedRegex("""
        "[^"]*"|`[^`]*`|\([^()]*\)|\||[^\s|()]+
        """)]
    private static partial Regex Token();
}
