using System.Globalization;
using System.Text.RegularExpressions;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>Reads durations as MeshConfig writes them: <c>10s</c>, <c>100ms</c>, <c>1m30s</c>.</summary>
internal static partial class Durations
{
    /// <summary>Null when absent or not a duration.</summary>
    public static TimeSpan? Parse(string? text)
    {
        if (text is null || Whole().Match(text) is not { Success: true } match)
            return null;
        var numbers = match.Groups["number"].Captures;
        var units = match.Groups["unit"].Captures;
        return numbers.Zip(units, (number, unit) => double.Parse(number.Value, CultureInfo.InvariantCulture) * Unit(unit.Value))
            .Aggregate(TimeSpan.Zero, (sum, part) => sum + part);
    }

    private static TimeSpan Unit(string unit) => unit switch
    {
        "h" => TimeSpan.FromHours(1),
        "m" => TimeSpan.FromMinutes(1),
        "s" => TimeSpan.FromSeconds(1),
        _ => TimeSpan.FromMilliseconds(1),
    };

    [GeneratedRegex(@"^(?:(?<number>\d{1,9}(?:\.\d{1,9})?)(?<unit>ms|h|m|s))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();
}
