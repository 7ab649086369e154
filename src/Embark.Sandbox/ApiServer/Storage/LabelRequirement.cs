using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Storage;

/// <summary>One requirement of a label selector. Grammar: k8s.io/apimachinery pkg/labels/selector.go.</summary>
internal sealed partial record LabelRequirement(string Key, LabelOperator Operator, IReadOnlyList<string> Values)
{
    public static IReadOnlyList<LabelRequirement> Parse(string selector) => [.. Split(selector).Select(One)];

    public bool Matches(JsonObject? labels)
    {
        var value = labels.Text(Key);
        return Operator switch
        {
            LabelOperator.Exists => value is not null,
            LabelOperator.DoesNotExist => value is null,
            LabelOperator.In => value is not null && Values.Contains(value),
            LabelOperator.NotIn => value is null || !Values.Contains(value),
            _ => false,
        };
    }

    // Commas inside parentheses belong to a set.
    private static IEnumerable<string> Split(string selector)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= selector.Length; i++)
        {
            if (i == selector.Length || (selector[i] == ',' && depth == 0))
            {
                var part = selector[start..i].Trim();
                if (part.Length > 0)
                    yield return part;
                start = i + 1;
            }
            else if (selector[i] is '(' or ')')
            {
                depth += selector[i] == '(' ? 1 : -1;
            }
        }
    }

    private static LabelRequirement One(string text)
    {
        var match = Grammar().Match(text);
        if (!match.Success)
            throw Statuses.BadRequest($"unable to parse requirement: {text}");
        var key = match.Groups["key"].Value;
        if (match.Groups["not"].Success)
            return new(key, LabelOperator.DoesNotExist, []);
        if (match.Groups["set"].Success)
        {
            var values = match.Groups["set"].Value.Split(',').Select(value => value.Trim()).ToArray();
            return new(key, match.Groups["op"].Value == "in" ? LabelOperator.In : LabelOperator.NotIn, values);
        }
        return match.Groups["sign"].Value switch
        {
            "" => new(key, LabelOperator.Exists, []),
            "!=" => new(key, LabelOperator.NotIn, [match.Groups["value"].Value]),
            _ => new(key, LabelOperator.In, [match.Groups["value"].Value]),
        };
    }

    [GeneratedRegex(@"^(?:(?<not>!)\s*(?<key>[A-Za-z0-9./_-]+)|(?<key>[A-Za-z0-9./_-]+)(?:\s+(?<op>in|notin)\s*\((?<set>[^)]*)\)|\s*(?<sign>==|=|!=)\s*(?<value>[A-Za-z0-9._-]*))?)$")]
    private static partial Regex Grammar();
}

internal enum LabelOperator
{
    Exists,
    DoesNotExist,
    In,
    NotIn,
}
