using System.Text.RegularExpressions;
using Embark.Sandbox.Istiod.Protos.Types;

namespace Embark.Sandbox.Proxy;

/// <summary>String matchers of the configuration (envoy.type.matcher.v3).</summary>
internal static class Matching
{
    /// <summary>Expressions come from the control plane: bounded in time all the same.</summary>
    private static readonly TimeSpan RegexLimit = TimeSpan.FromMilliseconds(200);

    public static bool Matches(StringMatcher matcher, string value)
    {
        var comparison = matcher.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return matcher.MatchPatternCase switch
        {
            StringMatcher.MatchPatternOneofCase.Exact => value.Equals(matcher.Exact, comparison),
            StringMatcher.MatchPatternOneofCase.Prefix => value.StartsWith(matcher.Prefix, comparison),
            StringMatcher.MatchPatternOneofCase.Suffix => value.EndsWith(matcher.Suffix, comparison),
            StringMatcher.MatchPatternOneofCase.Contains => value.Contains(matcher.Contains, comparison),
            StringMatcher.MatchPatternOneofCase.SafeRegex => WholeMatch(matcher.SafeRegex.Regex, value),
            _ => false,
        };
    }

    /// <summary>True when <paramref name="value"/> matches from its first to its last character, as RE2's FullMatch does.</summary>
    public static bool WholeMatch(string expression, string value) =>
        Regex.IsMatch(value, $"^(?:{expression})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, RegexLimit);
}
